/** Runs Tesseract's own training tools, one core each. */

export interface ToolOptions {
  cwd: string;
  /** Ends the tool. */
  signal: AbortSignal;
  /** Told every line the tool says while it runs; what it throws ends the tool. */
  onLine?: (line: string) => void;
}

/** Lines that are kept of what a tool says. */
const SAID_LINES_MAX = 200;

/** The last lines of what the tool said on both outputs. Throws when it cannot be started, fails or is ended. */
export async function runTool(name: string, args: readonly string[], options: ToolOptions): Promise<string> {
  const failing = new AbortController();
  const signal = AbortSignal.any([options.signal, failing.signal]);
  signal.throwIfAborted();
  const child = new Deno.Command(name, {
    args: [...args],
    cwd: options.cwd,
    env: { OMP_THREAD_LIMIT: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    signal,
  }).spawn();
  const said: string[] = [];
  const listen = async (output: ReadableStream<Uint8Array<ArrayBuffer>>) => {
    let rest = "";
    for await (const text of output.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      for (const line of lines) hear(line);
    }
    if (rest !== "") hear(rest);
  };
  const hear = (line: string) => {
    said.push(line);
    if (said.length > SAID_LINES_MAX) said.shift();
    try {
      options.onLine?.(line);
    } catch (error) {
      failing.abort(error);
    }
  };
  const [status] = await Promise.all([child.status, listen(child.stdout), listen(child.stderr)]);
  signal.throwIfAborted();
  if (!status.success) {
    throw new Error(`${name} failed with code ${status.code}: ${said.slice(-5).join(" | ")}`);
  }
  return said.join("\n");
}
