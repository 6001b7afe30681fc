import * as v from "valibot";
import { isId, parseId } from "@/lib/protocol/subjects.ts";

/** A document that waits to be read. */
export interface ReadJob {
  readonly orgId: number;
  readonly propertyId: number;
  readonly documentId: number;
  readonly uploadId: string;
}

const body = v.object({ documentId: v.custom<number>(isId), uploadId: v.pipe(v.string(), v.uuid()) });

/** The job of a message; undefined where it is none. */
export function jobOf(subject: string, payload: () => unknown): ReadJob | undefined {
  const [, org = "", property = ""] = /^docs\.uploaded\.([0-9]+)\.([0-9]+)$/.exec(subject) ?? [];
  const orgId = parseId(org);
  const propertyId = parseId(property);
  const parsed = v.safeParse(body, attempt(payload));
  if (orgId === undefined || propertyId === undefined || !parsed.success) return undefined;
  return { orgId, propertyId, ...parsed.output };
}

function attempt(payload: () => unknown): unknown {
  try {
    return payload();
  } catch {
    // Not JSON.
    return undefined;
  }
}
