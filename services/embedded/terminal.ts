import { StartError } from "./start_error.ts";

const NAME_COLUMNS = 12;
/** A phase that takes longer says that it is still at work. */
const STILL_WORKING_MS = 3_000;

export function print(name: string, text: string): void {
  console.log(`${name.padEnd(NAME_COLUMNS)} ${text}`);
}

/** Runs one step of the start and prints one line for it: what came of it and how long it took. */
export async function phase<T>(
  name: string,
  work: () => Promise<T>,
  say: (result: T) => string,
): Promise<T> {
  const began = performance.now();
  const still = setInterval(
    () => print(name, `still at work (${seconds(began)})`),
    STILL_WORKING_MS,
  );
  try {
    const result = await work();
    print(name, `${say(result)} (${seconds(began)})`);
    return result;
  } finally {
    clearInterval(still);
  }
}

/** Time since a moment of `performance.now()`, as "1.2 s". */
export function seconds(began: number): string {
  return `${((performance.now() - began) / 1000).toFixed(1)} s`;
}

/** An error for the terminal: its message alone where that tells a person what to do, else where it came from too. */
export function explain(error: unknown): string {
  if (error instanceof StartError) return error.message;
  if (!(error instanceof Error)) return String(error);
  // A refused connection comes as an AggregateError without a message of its own.
  if (error instanceof AggregateError && error.message === "") return error.errors.map(explain).join("\n");
  // A server that does not answer, a file that is not there: the place in our code tells nobody anything.
  if ("syscall" in error) return error.message;
  return error.stack ?? error.message;
}
