import { asyncApi } from "@/services/contracts/asyncapi.ts";
import { contractResponse } from "@/services/contracts/documents.ts";
import { define } from "@/services/http/define.ts";
import { methods } from "@/services/http/methods.ts";

/** The three sockets and the subjects of NATS, as AsyncAPI 3.0. */
export const handler = define.handlers(methods({ GET: () => contractResponse(asyncApi) }));
