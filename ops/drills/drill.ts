import type { Crowd } from "./crowd.ts";
import type { House } from "./house.ts";

/** Takes the fault away again. */
export type Mend = () => unknown;

export interface Drill {
  readonly alert: string;
  /** What is done, for the table. */
  readonly fault: string;
  /** Makes the fault, or begins to; the alert is awaited after. */
  cause(scene: Scene): Promise<Mend> | Mend;
}

export interface Scene {
  readonly house: House;
  readonly crowd: Crowd;
}

/** Repeats something until the mend, a pause between; what fails is part of the fault. */
export function repeatedly(pauseMs: number, act: () => unknown): Mend {
  let ended = false;
  const loop = (async () => {
    while (!ended) {
      await Promise.resolve().then(act).catch(() => {});
      await sleep(pauseMs);
    }
  })();
  return async () => {
    ended = true;
    await loop;
  };
}

/** One mend of several, in order. */
export function all(...mends: Mend[]): Mend {
  return async () => {
    for (const mend of mends) await mend();
  };
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** One request; its answer is read and thrown away. */
export async function ask(url: string, token: string, init: RequestInit = {}): Promise<number> {
  const response = await fetch(url, {
    ...init,
    headers: { authorization: `Bearer ${token}`, ...init.headers },
  });
  await response.body?.cancel();
  return response.status;
}

/** The same, with JSON. */
export function post(url: string, token: string, json: unknown): Promise<number> {
  const headers = { "content-type": "application/json" };
  return ask(url, token, { method: "POST", body: JSON.stringify(json), headers });
}
