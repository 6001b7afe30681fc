import type { PrintedLine } from "@/lib/ocr/reading.ts";

/** Several readings of one card: other crops, other settings of the engine. */
export type Readings = readonly (readonly PrintedLine[])[];

export interface CardContext {
  /** `YYYY-MM-DD` */
  readonly today: string;
}
