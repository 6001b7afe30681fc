const STATUS_WORDS: Readonly<Record<string, string>> = {
  expected: "Expected",
  checked_in: "In house",
  checked_out: "Departed",
  cancelled: "Cancelled",
};

/** Where a guest is in their stay, as people say it. */
export function statusWords(status: unknown): string {
  return STATUS_WORDS[String(status)] ?? String(status);
}
