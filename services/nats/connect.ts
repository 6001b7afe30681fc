import { connect, type NatsConnection } from "@nats-io/transport-node";

const CONNECT_TIMEOUT_MS = 5_000;
const RECONNECT_WAIT_MS = 250;
const PING_INTERVAL_MS = 10_000;
const PINGS_UNANSWERED_MAX = 2;

/** Connects to NATS; once connected it reconnects for ever, since clients wait behind this process meanwhile. */
export function connectNats(
  url: string,
  name: string,
): Promise<NatsConnection> {
  const { username, password, host } = new URL(url);
  return connect({
    servers: host,
    ...(username !== "" &&
      {
        user: decodeURIComponent(username),
        pass: decodeURIComponent(password),
      }),
    name,
    timeout: CONNECT_TIMEOUT_MS,
    maxReconnectAttempts: -1,
    reconnectTimeWait: RECONNECT_WAIT_MS,
    reconnectJitter: RECONNECT_WAIT_MS,
    pingInterval: PING_INTERVAL_MS,
    maxPingOut: PINGS_UNANSWERED_MAX,
  });
}
