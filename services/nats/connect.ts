import { connect, type NatsConnection } from "@nats-io/transport-node";

const CONNECT_TIMEOUT_MS = 5_000;
const RECONNECT_WAIT_MS = 250;
const PING_INTERVAL_MS = 10_000;
const PINGS_UNANSWERED_MAX = 2;

/**
 * Connects to NATS; once connected it reconnects for ever, since clients wait behind this process meanwhile. Rejects with
 * the host where it cannot be reached.
 */
export async function connectNats(
  url: string,
  name: string,
): Promise<NatsConnection> {
  const { protocol, username, password, host } = new URL(url);
  const connecting = connect({
    servers: host,
    ...(username !== "" &&
      {
        user: decodeURIComponent(username),
        pass: decodeURIComponent(password),
      }),
    name,
    timeout: CONNECT_TIMEOUT_MS,
    ...(protocol === "tls:" && { tls: {} }),
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
    throw new Error(`Cannot connect to NATS at ${host} (NATS_URL): ${reason}`, { cause: error });
  }
}
