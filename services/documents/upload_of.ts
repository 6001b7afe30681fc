import type { Transaction } from "@/services/postgres/pool.ts";

/** The upload that a document came by, whose id is also the name of its file; undefined where there was none. */
export async function uploadOf(
  tx: Transaction,
  orgId: number,
  documentId: number,
): Promise<string | undefined> {
  const [upload] = await tx<{ id: string }[]>`
    select id from uploads where org_id = ${orgId} and live_document_id = ${documentId}`;
  return upload?.id;
}
