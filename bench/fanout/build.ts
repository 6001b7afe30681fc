import { fileURLToPath } from "node:url";

/** Where binaries and results go; ignored by git. */
export const OUT = fileURLToPath(new URL("./out/", import.meta.url));
const HERE = fileURLToPath(new URL("./", import.meta.url));
const PROGRAMS = ["driver", "centrifuge"] as const;

/** The path of a built program. */
export function binary(program: typeof PROGRAMS[number]): string {
  return `${OUT}${program}`;
}

/** Builds the Go programs; the first time this downloads their modules. Throws where Go is missing or a build fails. */
export async function build(): Promise<void> {
  await Deno.mkdir(OUT, { recursive: true });
  for (const program of PROGRAMS) {
    console.log(`building bench/fanout/${program} ...`);
    const { success } = await new Deno.Command("go", {
      args: ["build", "-trimpath", "-o", binary(program), "."],
      cwd: `${HERE}${program}`,
      env: { CGO_ENABLED: "0" },
      stdout: "inherit",
      stderr: "inherit",
    }).spawn().status.catch((error) => {
      throw new Error(
        "Cannot build the benchmark: go is not found in PATH (https://go.dev/dl)",
        { cause: error },
      );
    });
    if (!success) {
      throw new Error(`Cannot build bench/fanout/${program}: see above`);
    }
  }
}

/** What the figures were measured with. */
export async function versions(
  natsServer: string | undefined,
): Promise<Record<string, string>> {
  const modules = await Deno.readTextFile(`${HERE}centrifuge/go.mod`);
  const processors = await Deno.readTextFile("/proc/cpuinfo").catch(() => "");
  return {
    deno: Deno.version.deno,
    "nats-server": natsServer ? await output(natsServer, ["--version"]) : "not started",
    centrifuge: /centrifugal\/centrifuge (v\S+)/.exec(modules)?.[1] ??
      "unknown",
    go: await output("go", ["env", "GOVERSION"]),
    cores: `${navigator.hardwareConcurrency} (${/model name\s*: (.*)/.exec(processors)?.[1] ?? "unknown"})`,
    system: `${Deno.build.os} ${Deno.osRelease()}`,
  };
}

async function output(command: string, args: string[]): Promise<string> {
  try {
    const { stdout } = await new Deno.Command(command, { args, stderr: "null" })
      .output();
    return new TextDecoder().decode(stdout).trim().replace("nats-server: ", "");
  } catch {
    return "not found";
  }
}
