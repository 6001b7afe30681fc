import {
  findOrInstall,
  findProgram,
  type FoundProgram,
  type GoProgram,
  type ProgramSearch,
} from "@/services/embedded/go_program.ts";

const K6: GoProgram = {
  name: "k6",
  variable: "K6_BIN",
  source: "go.k6.io/k6@v1.8.1",
  versionArgs: ["version"],
  versionPattern: /^k6(?:\.exe)? v((\d+)\.(\d+)\.\S+)/,
  // Scripts in TypeScript, and sockets outside of what is experimental.
  versionMin: [1, 6],
  usual: "one to two minutes",
  otherWays: "",
};

/** A k6 that is there; undefined where there is none. */
export function findK6(search: ProgramSearch): Promise<FoundProgram | undefined> {
  return findProgram(K6, search);
}

/** The same, built with Go where there is none. */
export function k6Binary(search: ProgramSearch): Promise<FoundProgram> {
  return findOrInstall(K6, search);
}
