/** What the reader may assume otherwise; each is a flag of `deno task bench cost`. */
export const ASSUMED = {
  /** People with a page open. */
  clients: 1_000_000,
  organisations: 10_000,
  /** Of one organisation. */
  eventsPerMinute: 6,
  /** Percent of the events that are records written over REST. */
  written: 70,
  /** Percent of an organisation's clients that see one of its events. */
  seen: 100,
  socketsPerInstance: 6_000,
  /** Percent of a core that may be in use: the rest is for bursts, and for the instance beside it that went. */
  used: 50,
  /** Of one core for a month, in dollars. */
  coreDollars: 20,
  /** Of one GB of memory for a month, in dollars. */
  memoryDollars: 3,
  /** Of one GB that leaves for the internet, in cents. */
  egressCents: 5,
} as const;

export type Assumed = { -readonly [Name in keyof typeof ASSUMED]: number };

/** Measured: docs/scaling.md says how, and on what. */
export const MEASURED = {
  pollMs: 0.3,
  pollBytes: 750,
  socketKb: 62,
  processMb: 95,
  openMs: 0.7,
  quietCorePercent: 0.00065,
  deliveryUs: 12,
  deliveryBytes: 345,
  feedMs: 1.3,
  writeMs: 1.97 + 0.99 + 0.4,
} as const;

/** Of the product text (docs/scaling.md): what the polls of all clients come to, and what was paid for each way. */
export const TEXT = { requestsPerSecond: 400_000, beforeDollars: 28_800, afterDollars: 500 } as const;

const POLLS = 10;
const POLL_SECONDS = 25;
const MONTH_SECONDS = 30 * 24 * 3_600;
const GB = 1e9;

export interface Cost {
  /** HTTP requests in a second. */
  readonly requestsPerSecond: number;
  /** Connections that are open at any time. */
  readonly connections: number;
  /** As long as nothing else happens than what is assumed. */
  readonly coresBusy: number;
  readonly cores: number;
  readonly memoryGb: number;
  readonly egressGb: number;
  readonly machineDollars: number;
  readonly egressDollars: number;
}

/** Ten long polls for each client, which all are answered after 25 s, or when something has happened. */
export function polling(assumed: Assumed): Cost {
  const { clients } = assumed;
  const { deliveries, writes } = perSecond(assumed);
  // An event cuts short the wait of a poll that it answers: at most one more request for each delivery.
  const requestsPerSecond = clients * POLLS / POLL_SECONDS + deliveries;
  const connections = clients * POLLS;
  return cost(assumed, {
    requestsPerSecond,
    connections,
    coresBusy: requestsPerSecond * MEASURED.pollMs / 1e3 + writes * MEASURED.writeMs / 1e3,
    // A guess: what waits in a poll takes as much as a socket.
    memoryGb: connections * MEASURED.socketKb * 1e3 / GB,
    bytesPerSecond: requestsPerSecond * MEASURED.pollBytes + deliveries * MEASURED.deliveryBytes,
  });
}

/** One socket for each client; an organisation's sockets lie together, so that each event is read by one instance. */
export function streaming(assumed: Assumed): Cost {
  const { clients, socketsPerInstance } = assumed;
  const { events, deliveries, writes } = perSecond(assumed);
  const instances = Math.ceil(clients / socketsPerInstance);
  return cost(assumed, {
    requestsPerSecond: writes,
    connections: clients,
    coresBusy: clients * MEASURED.quietCorePercent / 100 + deliveries * MEASURED.deliveryUs / 1e6 +
      events * MEASURED.feedMs / 1e3 + writes * MEASURED.writeMs / 1e3,
    memoryGb: (clients * MEASURED.socketKb * 1e3 + instances * MEASURED.processMb * 1e6) / GB,
    bytesPerSecond: deliveries * MEASURED.deliveryBytes,
  });
}

function perSecond({ clients, organisations, eventsPerMinute, written, seen }: Assumed) {
  const events = organisations * eventsPerMinute / 60;
  return {
    events,
    writes: events * written / 100,
    deliveries: events * clients / organisations * seen / 100,
  };
}

function cost(
  { used, coreDollars, memoryDollars, egressCents }: Assumed,
  { bytesPerSecond, ...rest }: Pick<Cost, "requestsPerSecond" | "connections" | "coresBusy" | "memoryGb"> & {
    bytesPerSecond: number;
  },
): Cost {
  const cores = rest.coresBusy / used * 100;
  const egressGb = bytesPerSecond * MONTH_SECONDS / GB;
  return {
    ...rest,
    cores,
    egressGb,
    machineDollars: cores * coreDollars + rest.memoryGb * memoryDollars,
    egressDollars: egressGb * egressCents / 100,
  };
}
