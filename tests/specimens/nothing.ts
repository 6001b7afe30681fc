import type { Dice } from "@/lib/random/dice.ts";

/** Pictures of nothing that could be read. */
export const NOTHING_KINDS = ["blank", "bars", "blobs"] as const;

export function drawNothing(kind: (typeof NOTHING_KINDS)[number], dice: Dice): string {
  const width = 900, height = 600;
  const shapes: string[] = [];
  for (let i = 0; i < 60; i++) {
    const x = dice.whole(0, width), y = dice.whole(0, height), grey = dice.whole(60, 230);
    const fill = `fill="rgb(${grey},${grey},${grey})"`;
    if (kind === "blobs") shapes.push(`<circle cx="${x}" cy="${y}" r="${dice.whole(8, 70)}" ${fill}/>`);
    if (kind === "bars") {
      shapes.push(`<rect x="${x}" width="${dice.whole(2, 12)}" height="${height}" ${fill}/>`);
    }
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">` +
    `<rect width="${width}" height="${height}" fill="#eee"/>${shapes.join("")}</svg>`;
}
