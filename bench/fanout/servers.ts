import { started } from "../common/child.ts";
import { startInnstream } from "../common/innstream.ts";
import { binary } from "./build.ts";

/** The servers under test. `innstream-process` is the same with FEED_CONSUMER=process. */
export const SERVER_NAMES = [
  "bare",
  "centrifuge",
  "centrifuge-batched",
  "innstream",
  "innstream-process",
] as const;
export type ServerName = typeof SERVER_NAMES[number];

/** A running server under test, as the driver needs to know it. */
export interface Server {
  /** The driver's word for how it is spoken to. */
  target: "bare" | "centrifuge" | "innstream";
  addr: string;
  /** Takes one event a line. */
  control?: string;
  nats?: string;
  /** HS256 secret of its tokens. */
  secret?: string;
  /** Processes to watch; `app` is the one that holds the sockets. */
  pids: Record<string, number>;
  stop(): Promise<void>;
}

const READY_MS = 60_000;
/** Starts one server and waits until it takes connections. */
export function startServer(name: ServerName): Promise<Server> {
  switch (name) {
    case "bare":
      return startSimple("bare", Deno.execPath(), [
        "run",
        "--no-config",
        "--allow-net=127.0.0.1",
        new URL("./bare.ts", import.meta.url).href,
      ]);
    case "centrifuge":
      return startSimple("centrifuge", binary("centrifuge"), []);
    case "centrifuge-batched":
      return startSimple("centrifuge", binary("centrifuge"), ["-batched"]);
    case "innstream":
      return innstream("org");
    case "innstream-process":
      return innstream("process");
  }
}

async function startSimple(
  target: "bare" | "centrifuge",
  command: string,
  args: string[],
): Promise<Server> {
  const { child, value } = await started(
    { name: target, command, args },
    (line) => /^ready (\d+) (\d+)$/.exec(line)?.slice(1),
    READY_MS,
  );
  const [port, control] = value;
  return {
    target,
    addr: `127.0.0.1:${port}`,
    control: `127.0.0.1:${control}`,
    pids: { app: child.pid },
    stop: () => child.stop(),
  };
}

async function innstream(feedConsumer: "org" | "process"): Promise<Server> {
  return { target: "innstream", ...await startInnstream(feedConsumer) };
}
