// Stand-in: the lead's file of this name replaces it.
export type Order = "asc" | "desc";

/** A record as lists and events show it. */
export interface ClientRecord {
  readonly id: number;
  readonly propertyId: number | null;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly createdBy: string;
  readonly [name: string]: unknown;
}

export interface RecordPage {
  readonly items: readonly ClientRecord[];
  readonly next: string | null;
  readonly seq: number;
  readonly epoch: string;
}
