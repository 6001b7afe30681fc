// Stand-in: the lead's file of this name replaces it.
import type { ClientRecord } from "@/lib/client/collection.ts";
import type { Problem } from "@/lib/protocol/problems.ts";
import { type Service, SERVICES } from "@/lib/protocol/services.ts";

export type EntityName = (typeof SERVICES)[Service]["entities"][number];

export interface RecordRow {
  readonly key: string;
  readonly record: ClientRecord;
  readonly pending: "create" | "update" | "remove" | null;
  readonly failure: Problem | null;
  readonly editKey: string | null;
  readonly isNew: boolean;
}
export type Saved = { readonly ok: true; readonly record: ClientRecord | null } | {
  readonly ok: false;
  readonly problem: Problem;
};
export interface Records {
  readonly rows: readonly RecordRow[];
  readonly state: "ready" | "loading" | "failed";
  readonly problem: Problem | null;
  readonly hasMore: boolean;
  readonly isLoadingMore: boolean;
  loadMore(): void;
  reload(): void;
  readonly held: number;
  hold(on: boolean): void;
  release(): void;
  create(body: object): Promise<Saved>;
  update(id: number, changes: object): Promise<Saved>;
  remove(id: number): Promise<Saved>;
  retry(key: string): void;
  discard(key: string): void;
}
