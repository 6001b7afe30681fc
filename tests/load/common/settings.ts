declare const __ENV: Readonly<Record<string, string | undefined>>;

function text(name: string): string {
  const value = __ENV[name];
  if (value === undefined) throw new Error(`${name} is not set: run scripts with deno task load NAME`);
  return value;
}

/** What `deno task load` tells each script. */
export const SETTINGS = {
  /** `http://127.0.0.1:4000` */
  url: text("LOAD_URL"),
  wsUrl: text("LOAD_URL").replace(/^http/, "ws"),
  /** Where the ledger answers (run/ledger.ts). */
  ledgerUrl: text("LOAD_LEDGER"),
  /** Marks the events of this run among all others. */
  run: text("LOAD_RUN"),
  connections: Number(text("LOAD_CONNECTIONS")),
  seconds: Number(text("LOAD_SECONDS")),
  /** Events published in a second. */
  rate: Number(text("LOAD_RATE")),
  /** Where the figures go. */
  summaryFile: text("LOAD_SUMMARY"),
} as const;

/** Of one virtual user: each has an interpreter of its own, which is what costs memory. */
export const SOCKETS_PER_VU = 50;
/** Sockets whose latencies are kept, spread over all of them: what k6 does with each figure costs more than the frame. */
export const TIMED_SOCKETS = 100;
/** Connections made in a second, by all virtual users together. */
export const CONNECTS_PER_SECOND = 100;
/**
 * What was published last may take this long to arrive before it counts as lost: longer than k6 takes to look at what
 * waits in it, on a machine that is busy.
 */
export const SETTLE_SECONDS = 60;

export const VUS = Math.ceil(SETTINGS.connections / SOCKETS_PER_VU);
/** When everybody is connected, in seconds from the start of the run. */
export const CONNECTED_SECONDS = 1 + Math.ceil(SETTINGS.connections / CONNECTS_PER_SECOND);
export const END_SECONDS = CONNECTED_SECONDS + SETTINGS.seconds;
