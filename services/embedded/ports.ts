import { StartError } from "./start_error.ts";

/**
 * Below the range from which Linux and macOS take ports for outgoing connections (from 32768): a port from there can be
 * taken by any client between a server's stop and its restart, even by the one that tries to reconnect to it.
 */
const FREE_PORT_FIRST = 20_000;
const FREE_PORT_LAST = 32_000;
const FREE_PORT_TRIES = 200;

const LOOPBACK = "127.0.0.1";

/** Tells whether a listener could be opened on the port now. Throws StartError where it never could: another's address, no rights. */
export function portIsFree(port: number, hostname = LOOPBACK): boolean {
  try {
    Deno.listen({ hostname, port }).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return false;
    const why = error instanceof Error ? error.message : error;
    throw new StartError(`listening on ${hostname}:${port}: ${why}`);
  }
}

/** A port on the loopback address that nothing listens on at this moment. */
export function freePort(): number {
  for (let tries = 0; tries < FREE_PORT_TRIES; tries++) {
    const span = FREE_PORT_LAST - FREE_PORT_FIRST;
    const port = FREE_PORT_FIRST + Math.floor(Math.random() * span);
    if (portIsFree(port)) return port;
  }
  throw new StartError(
    `looking for a free port: ${FREE_PORT_TRIES} ports between ${FREE_PORT_FIRST} and ${FREE_PORT_LAST} are all taken`,
  );
}

export interface WantedPort {
  port: number;
  /** Set by the person, so that another port would be wrong. */
  asked: boolean;
  /** The environment variable that sets it, for the messages. */
  variable: string;
  /** What is to listen there, for the messages. */
  server: string;
  log: (line: string) => void;
}

/** The wanted port, or a free one where the wanted one is only a default and taken. */
export function choosePort(wanted: WantedPort): number {
  const { port, asked, variable, server, log } = wanted;
  if (portIsFree(port)) return port;
  if (asked) {
    throw new StartError(
      `starting ${server} on ${LOOPBACK}:${port} (${variable}): the port is taken; stop what listens there or set ${variable} to a free port`,
    );
  }
  const other = freePort();
  log(`port ${port} is taken, ${server} uses ${other} (${variable} sets it)`);
  return other;
}
