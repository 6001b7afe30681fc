/** What `deno task load` knows of a script before it runs: the thresholds stand in the script. */
export interface Script {
  /** One line for the list. */
  readonly about: string;
  /** Clients unless told otherwise. */
  readonly connections: number;
  /** Of load, after everybody is connected. */
  readonly seconds: number;
  /** Events published in a second. */
  readonly rate: number;
  /** More of the app's environment than it has in any case. */
  env?(connections: number): Readonly<Record<string, string>>;
}

/** Each is `tests/load/<name>.ts`, with `_` for `-`. */
export const SCRIPTS: Readonly<Record<string, Script>> = {
  "stream-1000": {
    about: "sockets of one organisation, 20 events a second over REST and NATS",
    connections: 1_000,
    seconds: 300,
    rate: 20,
  },
  "reconnect-storm": {
    about: "all sockets dropped at once, then the app killed: all come back, nothing is lost or doubled",
    connections: 1_000,
    seconds: 60,
    rate: 20,
  },
  "mixed-day": {
    about: "streams, chat, uploads and REST beside each other",
    connections: 300,
    seconds: 120,
    rate: 5,
  },
  "long-poll": {
    about: "the baseline: clients with ten long polls each, as before there was a stream",
    connections: 100,
    seconds: 60,
    rate: 20,
  },
  "ramp": {
    about: "up to the cap of connections, and beyond: who is too many is refused, who is in is served",
    connections: 8_000,
    seconds: 60,
    rate: 1,
    env: (connections) => ({ MAX_CONNECTIONS: String(connections) }),
  },
};
