import { openApi } from "@/services/contracts/openapi.ts";
import { contractResponse } from "@/services/contracts/documents.ts";
import { define } from "@/services/http/define.ts";
import { methods } from "@/services/http/methods.ts";

/** What can be asked for over HTTP, as OpenAPI 3.1. */
export const handler = define.handlers(methods({ GET: () => contractResponse(openApi) }));
