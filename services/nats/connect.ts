import { connect, type NatsConnection } from "@nats-io/transport-node";
import { inboxPrefixOf, natsServers } from "@/services/nats/servers.ts";

const CONNECT_TIMEOUT_MS = 5_000;
const RECONNECT_WAIT_MS = 250;
const PING_INTERVAL_MS = 10_000;
const PINGS_UNANSWERED_MAX = 2;

/**
 * Connects to one of the servers of NATS_URL; once connected it reconnects for ever, to whichever of them answers, since
 * clients wait behind this process meanwhile. Rejects with the hosts where none can be reached.
 */
export async function connectNats(
  url: string,
  name: string,
): Promise<NatsConnection> {
  const servers = natsServers(url);
  if (servers === undefined) throw new Error("Cannot connect to NATS: NATS_URL is not understood");
  const { hosts, user, password, tls } = servers;
  const connecting = connect({
    servers: [...hosts],
    ...(user !== undefined && { user, pass: password ?? "" }),
    inboxPrefix: inboxPrefixOf(user),
    name,
    // Those that we were told of are those that this process may reach; addresses inside a cluster are not for everybody.
    ignoreClusterUpdates: true,
    timeout: CONNECT_TIMEOUT_MS,
    ...(tls && { tls: {} }),
    maxReconnectAttempts: -1,
    // Credentials that are refused for a while, as in a rotation, must not end it for good.
    ignoreAuthErrorAbort: true,
    reconnectTimeWait: RECONNECT_WAIT_MS,
    reconnectJitter: RECONNECT_WAIT_MS,
    pingInterval: PING_INTERVAL_MS,
    maxPingOut: PINGS_UNANSWERED_MAX,
  });
  try {
    return await connecting;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`Cannot connect to NATS at ${hosts.join(", ")} (NATS_URL): ${reason}`, { cause: error });
  }
}
