/** One process of a cluster on this machine. */
export interface Member {
  /** `app-1`, `nats-2`, `postgres`, `worker`, `proxy`. */
  readonly name: string;
  /** Of the process that runs now; undefined while it does not. */
  readonly pid: number | undefined;
  /** Ends it at once, as `kill -9` does; settles when it is gone. It stays down until `start`. */
  kill(): Promise<void>;
  /** Ends it in good order. */
  stop(): Promise<void>;
  /** Starts it again on the same ports and data; settles when it answers. */
  start(): Promise<void>;
  /** SIGSTOP and SIGCONT. */
  pause(): void;
  resume(): void;
}

/** A link through which one part reaches another, over a TCP proxy of ours. */
export interface Link {
  /** `app-1 > postgres`, `app-2 > nats`, `worker > nats`. */
  readonly name: string;
  /** Breaks what is open and refuses what comes, until `restore`. */
  cut(): void;
  /** Each byte arrives so much later; 0 as before. */
  delay(ms: number): void;
  /** Nothing goes through, and nothing is broken: what a firewall does that has forgotten a connection. */
  stall(): void;
  restore(): void;
}

/**
 * What production is made of, as plain processes on loopback: a proxy before two apps, a worker, three nats-servers with
 * streams of three copies, and PostgreSQL.
 */
export interface Cluster {
  /** Of the proxy: what clients use. */
  readonly url: string;
  readonly apps: readonly (Member & { readonly url: string; readonly metricsUrl: string })[];
  readonly nats: readonly (Member & { readonly url: string; readonly monitorUrl: string })[];
  readonly postgres: Member;
  readonly worker: Member & { readonly metricsUrl: string };
  readonly proxy: Member;
  readonly links: readonly Link[];
  /** The owner's login, for checks from outside. */
  readonly ownerUrl: string;
  /** The app's login, over no link. */
  readonly appUrl: string;
  /** All nats-servers, with a login that may do everything. */
  readonly natsUrl: string;
  readonly jwtSecret: string;
  readonly dataDir: string;
  /** Ends all of it and removes what was temporary. */
  stop(): Promise<void>;
}
