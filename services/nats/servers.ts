/** What `NATS_URL` says: one server or several of one cluster, with commas between; the first one's user is everybody's. */
export interface NatsServers {
  /** `host:port` of each. */
  readonly hosts: readonly string[];
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** TLS is insisted on. */
  readonly tls: boolean;
}

export const NATS_PORT_DEFAULT = "4222";
/** What a name of an inbox can be made from. */
const TOKEN = /^[A-Za-z0-9_-]+$/;

/** Reads `NATS_URL`; undefined where one of them is no URL, begins otherwise, or differs from the first in its protocol. */
export function natsServers(text: string): NatsServers | undefined {
  const parts = text.split(",").map((part) => part.trim());
  if (!parts.every((part) => URL.canParse(part))) return undefined;
  const urls = parts.map((part) => new URL(part));
  const [first] = urls;
  if (first === undefined || !["nats:", "tls:"].includes(first.protocol)) return undefined;
  if (urls.some(({ protocol, hostname }) => protocol !== first.protocol || hostname === "")) return undefined;
  const { username, password, protocol } = first;
  const login = decoded([username, password]);
  if (login === undefined) return undefined;
  const [user, secret] = login;
  return {
    hosts: urls.map(({ hostname, port }) => `${hostname}:${port || NATS_PORT_DEFAULT}`),
    user: username === "" ? undefined : user,
    password: username === "" ? undefined : secret,
    tls: protocol === "tls:",
  };
}

/** undefined where a percent sign stands for nothing. */
function decoded(texts: readonly string[]): string[] | undefined {
  try {
    return texts.map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

/** Where a user hears answers: nobody else may listen there, as far as the server is told so (ops/nats/accounts.conf). */
export function inboxPrefixOf(user: string | undefined): string {
  return user === undefined || !TOKEN.test(user) ? "_INBOX" : `_INBOX_${user}`;
}
