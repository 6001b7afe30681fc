import { CHAT_OPERATIONS } from "@/services/contracts/chat_operations.ts";
import { DOCUMENT_OPERATIONS } from "@/services/contracts/document_operations.ts";
import type { Operation } from "@/services/contracts/operation.ts";
import { REALTIME_OPERATIONS } from "@/services/contracts/realtime_operations.ts";
import { RESOURCE_OPERATIONS } from "@/services/contracts/resource_operations.ts";

/** Everything that programs can ask for over HTTP. A test compares it with the files of routes/. */
export const OPERATIONS: readonly Operation[] = [
  ...REALTIME_OPERATIONS,
  ...RESOURCE_OPERATIONS,
  ...CHAT_OPERATIONS,
  ...DOCUMENT_OPERATIONS,
];
