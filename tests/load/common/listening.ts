import exec from "k6/execution";
import { published, tokens } from "./ledger.ts";
import { connected, doubled, errors, gaps, lost, received, settled } from "./metrics.ts";
import {
  CONNECTS_PER_SECOND,
  SETTINGS,
  SETTLE_SECONDS,
  SOCKETS_PER_VU,
  TIMED_SOCKETS,
  VUS,
} from "./settings.ts";
import { StreamClient, type StreamOptions } from "./stream_client.ts";
import { elapsed, pause, until } from "./time.ts";

const LOOK_MS = 250;
const TIMED_EACH = Math.ceil(SETTINGS.connections / TIMED_SOCKETS);

/** The scenario whose virtual users hold the sockets. */
export function listening(endSeconds: number) {
  return {
    executor: "per-vu-iterations",
    exec: "listen",
    vus: VUS,
    iterations: 1,
    maxDuration: `${endSeconds + SETTLE_SECONDS + 30}s`,
    gracefulStop: "1s",
  } as const;
}

/** Opens the sockets of this virtual user, in step with those of the others. */
export async function openSockets(options: Omit<StreamOptions, "token"> = {}): Promise<StreamClient[]> {
  const at = exec.scenario.iterationInTest;
  const count = Math.min(SOCKETS_PER_VU, SETTINGS.connections - at * SOCKETS_PER_VU);
  const clients: StreamClient[] = [];
  for (const token of tokens(at * SOCKETS_PER_VU, count)) {
    await until((clients.length * VUS + at) / CONNECTS_PER_SECOND);
    const isTimed = (at * SOCKETS_PER_VU + clients.length) % TIMED_EACH === 0;
    clients.push(new StreamClient({ ...options, token, isTimed }));
  }
  return clients;
}

/** Counts who is live at this moment. */
export function countLive(clients: readonly StreamClient[]): void {
  const live = clients.filter(({ isLive }) => isLive).length;
  connected.add(live);
  for (let i = live; i < clients.length; i++) errors.add(true);
}

/** Waits for what is still on its way, counts what did not come, and closes the sockets. */
export async function settle(clients: readonly StreamClient[], endSeconds: number): Promise<void> {
  await until(endSeconds + 1);
  const all = published();
  const missing = () => clients.reduce((sum, { tally }) => sum + tally.missing(all), 0);
  while (missing() > 0 && elapsed() < endSeconds + SETTLE_SECONDS) await pause(LOOK_MS);
  lost.add(missing());
  settled.add(clients.length);
  received.add(clients.reduce((sum, client) => sum + client.received, 0));
  // What did not happen is told too: a threshold is not held by a metric that nobody has added to.
  doubled.add(0);
  gaps.add(0);
  for (const client of clients) client.end();
}
