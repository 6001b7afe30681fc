import { CHAT_SCHEMAS } from "@/lib/contracts/chat_shapes.ts";
import { DOCUMENT_SCHEMAS } from "@/lib/contracts/document_shapes.ts";
import type { JsonSchema } from "@/lib/contracts/json_schema.ts";
import { REALTIME_SCHEMAS } from "@/lib/contracts/realtime_shapes.ts";
import { recordSchemas } from "@/lib/contracts/records.ts";
import { RESOURCES } from "@/lib/resources/catalog.ts";

/** Every schema that has a name, by it. */
export const SCHEMAS: Readonly<Record<string, JsonSchema>> = Object.assign(
  {},
  REALTIME_SCHEMAS,
  ...RESOURCES.map(recordSchemas),
  CHAT_SCHEMAS,
  DOCUMENT_SCHEMAS,
);
