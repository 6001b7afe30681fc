/** What `deno task load` knows of a script before it runs: the thresholds stand in the script. */
export interface Script {
  /** One line for the list. */
  readonly about: string;
  /** Clients unless told otherwise. */
  readonly connections: number;
  /** Of load, after everybody is connected. */
  readonly seconds: number;
  /** More of the app's environment than it has in any case. */
  env?(connections: number): Readonly<Record<string, string>>;
}

/** Each is `tests/load/<name>.ts`, with `_` for `-`. */
export const SCRIPTS: Readonly<Record<string, Script>> = {
  "stream-1000": {
    about: "sockets of one organisation, 20 events a second over REST and NATS",
    connections: 1_000,
    seconds: 300,
  },
};
