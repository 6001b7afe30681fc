const FORM = /^memory:([0-9]{1,15})$/;

/** What a reading process says of its memory, as bytes of a line. */
export function memoryLine(rssBytes: number): Uint8Array {
  return new TextEncoder().encode(`memory:${rssBytes}\n`);
}

/** The bytes that such a line tells; undefined for any other line. */
export function memoryOf(line: string): number | undefined {
  const [, digits] = FORM.exec(line) ?? [];
  return digits === undefined ? undefined : Number(digits);
}
