import { pathOf } from "@/lib/resources/catalog.ts";
import type { Resource } from "@/lib/resources/define.ts";
import { etagOf } from "@/services/resources/preconditions.ts";
import type { ResourceRecord } from "@/services/resources/record.ts";

const CREATED = 201;

/** One record as an HTTP answer: its version is its ETag; a created one says where it is. */
export function recordResponse(
  resource: Resource,
  { record, status = 200, replayed = false }: { record: ResourceRecord; status?: number; replayed?: boolean },
): Response {
  return Response.json(record, {
    status,
    headers: {
      "cache-control": "no-store",
      etag: etagOf(record.version),
      ...(status === CREATED && { location: `${pathOf(resource)}/${record.id}` }),
      ...(replayed && { "idempotent-replayed": "true" }),
    },
  });
}
