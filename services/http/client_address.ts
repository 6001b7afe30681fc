import { clientAddress, clientKey, isWithin, parseAddress, type Range } from "@/lib/net/addresses.ts";

/** An address that cannot be told is one for everybody. */
const UNKNOWN = "unknown";

type Info = Pick<Deno.ServeHandlerInfo, "remoteAddr"> | undefined;

function peerOf(info: Info): string {
  const peer = info?.remoteAddr;
  return peer !== undefined && "hostname" in peer ? peer.hostname : "";
}

/** What the client of a request is counted under: X-Forwarded-For counts where a proxy of ours has written it. */
export function clientOf(req: Request, info: Info, trusted: readonly Range[]): string {
  const address = clientAddress(peerOf(info), req.headers.get("x-forwarded-for"), trusted);
  return address === undefined ? UNKNOWN : clientKey(address);
}

/** Did the request come over https, or do our proxies say so? */
export function isHttps(req: Request, info: Info, trusted: readonly Range[]): boolean {
  if (new URL(req.url).protocol === "https:") return true;
  const peer = parseAddress(peerOf(info));
  const isOurs = peer !== undefined && isWithin(peer, trusted);
  return isOurs && req.headers.get("x-forwarded-proto")?.split(",").at(-1)?.trim().toLowerCase() === "https";
}
