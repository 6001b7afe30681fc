import { findOrInstall, type FoundProgram, type GoProgram, type ProgramSearch } from "./go_program.ts";

const NATS_SERVER: GoProgram = {
  name: "nats-server",
  variable: "NATS_SERVER_BIN",
  source: "github.com/nats-io/nats-server/v2@v2.15.2",
  versionArgs: ["--version"],
  versionPattern: /nats-server: v((\d+)\.(\d+)\.\S+)/,
  /** Older servers lack what the streams use (per-stream counters, batch direct get by several subjects). */
  versionMin: [2, 12],
  usual: "about a minute",
  otherWays: "; or set NATS_URL to a running server",
};

/**
 * Finds a nats-server of version 2.12 or later: `NATS_SERVER_BIN`, PATH, `.tools/bin` below the root, else `go install` into
 * there (once, about a minute). Throws StartError that names these ways.
 */
export function natsBinary(search: ProgramSearch): Promise<FoundProgram> {
  return findOrInstall(NATS_SERVER, search);
}
