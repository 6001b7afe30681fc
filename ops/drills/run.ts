import { readAlerts } from "../rules.ts";
import { Crowd } from "./crowd.ts";
import { type Drill, type Scene, sleep } from "./drill.ts";
import { PROMISE_DRILLS } from "./drills_chat.ts";
import { SERVER_DRILLS } from "./drills_servers.ts";
import { CROWD, STREAMING_DRILLS } from "./drills_streaming.ts";
import type { House } from "./house.ts";

/** Longest wait for an alert, and for its end. */
const FIRES_MS = 75_000;
const CLEARS_MS = 120_000;
const POLL_MS = 200;

export const DRILLS: readonly Drill[] = [...STREAMING_DRILLS, ...SERVER_DRILLS, ...PROMISE_DRILLS];

/** Alerts whose condition cannot be caused in reasonable time, with the reason. */
export const NOT_CAUSED: Readonly<Record<string, string>> = {
  InnstreamMemoryHigh: "nothing that an app does takes 1 GiB: every buffer in it is bounded",
  InnstreamChatPresenceLate:
    "an instance is noticed as gone after 3.5 s; who is too busy to notice takes itself for cut off after 2.5 s, and judges nobody",
  InnstreamRateLimited: "no limit is counted yet",
};

export interface Outcome {
  readonly alert: string;
  readonly severity: string;
  readonly fault: string;
  /** Seconds until it fired; undefined: it did not. */
  readonly firedS: number | undefined;
  /** Seconds from the mend until it was over; undefined: it was not. */
  readonly clearedS: number | undefined;
  /** Why the drill itself failed. */
  readonly failed?: string;
}

/** Opens the pages of the people who are there in every drill. */
export async function openScene(house: House): Promise<Scene> {
  const scene = { house, crowd: new Crowd(house) };
  await settle(scene);
  return scene;
}

/** Makes the fault of one drill, waits until its alert fires, mends, and waits until it does not any more. */
export async function runDrill(scene: Scene, drill: Drill): Promise<readonly Outcome[]> {
  const { alert, fault } = drill;
  const severities = readAlerts().filter((rule) => rule.alert === alert).map(({ labels }) =>
    labels!.severity!
  );
  try {
    await settle(scene);
    await untilFires(scene, alert, severities, false, CLEARS_MS);
    const began = performance.now();
    const mend = await drill.cause(scene);
    const fired = await untilFires(scene, alert, severities, true, FIRES_MS, began);
    const mended = performance.now();
    await mend();
    const cleared = await untilFires(scene, alert, severities, false, CLEARS_MS, mended);
    return severities.map((severity) => ({
      alert,
      severity,
      fault,
      firedS: fired.get(severity),
      clearedS: fired.has(severity) ? cleared.get(severity) : undefined,
    }));
  } catch (error) {
    const failed = error instanceof Error ? error.message : String(error);
    return severities.map((severity) => ({
      alert,
      severity,
      fault,
      firedS: undefined,
      clearedS: undefined,
      failed,
    }));
  } finally {
    await scene.house.restore();
  }
}

/** Waits until the alert of each severity fires, or does not; answers after how many seconds each did. */
async function untilFires(
  { house }: Scene,
  alert: string,
  severities: readonly string[],
  fires: boolean,
  limitMs: number,
  began = performance.now(),
): Promise<Map<string, number>> {
  const seen = new Map<string, number>();
  for (const deadline = performance.now() + limitMs; performance.now() < deadline;) {
    const firing = (await house.prometheus.firing()).filter((one) => one.alert === alert);
    for (const severity of severities) {
      const isSo = firing.some((one) => one.severity === severity) === fires;
      if (isSo && !seen.has(severity)) seen.set(severity, (performance.now() - began) / 1000);
      if (!isSo) seen.delete(severity);
    }
    if (seen.size === severities.length) break;
    await sleep(POLL_MS);
  }
  return seen;
}

/** Everything runs, and people have their pages open. */
async function settle({ house, crowd }: Scene): Promise<void> {
  await house.restore();
  for (const app of house.apps) {
    for (let tries = 1;; tries++) {
      try {
        await crowd.hold(app, CROWD);
        break;
      } catch (error) {
        // It may still find its servers again.
        if (tries === 20) throw error;
        await sleep(1_000);
      }
    }
  }
}
