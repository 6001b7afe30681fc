import { asyncApi } from "@/services/contracts/asyncapi.ts";
import { openApi } from "@/services/contracts/openapi.ts";

/** How long a copy of a contract may be used: as long as an old and a new instance stand side by side. */
const COPY_S = 300;

const written = new Map<() => object, string>();

/** A contract as an answer. It does not change while the process runs, so it is written once. */
export function contractResponse(contract: typeof openApi | typeof asyncApi): Response {
  let text = written.get(contract);
  if (text === undefined) written.set(contract, text = JSON.stringify(contract()));
  return new Response(text, {
    headers: { "content-type": "application/json", "cache-control": `public, max-age=${COPY_S}` },
  });
}
