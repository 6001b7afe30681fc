import { natsServers } from "@/services/nats/servers.ts";
import { parseId } from "@/lib/protocol/subjects.ts";

// Readers of one variable each. What is wrong goes into `problems`, one readable line, and the default is answered.

export type Env = Readonly<Record<string, string | undefined>>;

export function text(env: Env, name: string): string | undefined {
  const value = env[name]?.trim();
  return value === "" ? undefined : value;
}

export function integer(
  env: Env,
  name: string,
  range: { default: number; min: number; max: number },
  problems: string[],
): number {
  const value = text(env, name);
  if (value === undefined) return range.default;
  const number = value === "0" ? 0 : parseId(value);
  if (number !== undefined && number >= range.min && number <= range.max) {
    return number;
  }
  problems.push(
    `${name} is "${value}": a whole number from ${range.min} to ${range.max} is needed`,
  );
  return range.default;
}

export function url(
  env: Env,
  name: string,
  protocols: readonly string[],
  problems: string[],
): string | undefined {
  const value = text(env, name);
  if (value === undefined) {
    problems.push(
      `${name} is missing: e.g. ${protocols[0]}//user:password@host:port`,
    );
    return undefined;
  }
  if (URL.canParse(value) && protocols.includes(new URL(value).protocol)) {
    return value;
  }
  // The value may hold a password: name the variable only.
  problems.push(
    `${name} is not a URL that begins with ${protocols.map((p) => `${p}//`).join(" or ")}`,
  );
  return undefined;
}

/** `NATS_URL`: one server, or several of one cluster with commas between. */
export function natsUrl(env: Env, name: string, problems: string[]): string {
  const value = text(env, name);
  if (value !== undefined && natsServers(value) !== undefined) return value;
  problems.push(
    value === undefined
      ? `${name} is missing: e.g. nats://user:password@host:port`
      : `${name} is not one or more URLs with commas between, all of which begin with nats:// or all with tls://`,
  );
  return "";
}

export function flag(env: Env, name: string, problems: string[], unset = false): boolean {
  const value = text(env, name);
  if (value === undefined) return unset;
  if (["1", "true", "on"].includes(value)) return true;
  if (!["0", "false", "off"].includes(value)) {
    problems.push(`${name} is "${value}": 1 or 0 is needed`);
  }
  return false;
}
