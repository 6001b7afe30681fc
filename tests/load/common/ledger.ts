import http, { type RefinedResponse } from "k6/http";
import { addUsage } from "./metrics.ts";
import { SETTINGS } from "./settings.ts";

/** Keeps what is asked of the ledger apart from what is asked of the app. */
const PARAMS = { tags: { to: "ledger", name: "ledger" }, timeout: "90s" };

function url(path: string): string {
  return `${SETTINGS.ledgerUrl}/${path}`;
}

function done(response: RefinedResponse<"text">): RefinedResponse<"text"> {
  if (response.status >= 200 && response.status < 300) return response;
  throw new Error(`${response.url}: ${response.status} ${response.error} ${response.body}`);
}

/** Tokens of the people number `from` and those that follow. */
export function tokens(from: number, count: number): string[] {
  return done(http.get(url(`tokens?from=${from}&count=${count}`), PARAMS)).json() as unknown as string[];
}

/** Has event `n` published over NATS. Tells whether it was acknowledged. */
export function publishOverNats(n: number): boolean {
  return http.post(url(`publish?n=${n}`), null, PARAMS).status === 204;
}

/** Notes that event `n` was acknowledged over REST. */
export function notePublished(n: number): void {
  done(http.post(url(`published?n=${n}`), null, PARAMS));
}

/** Numbers of all events that were acknowledged. */
export function published(): number[] {
  return done(http.get(url("published"), PARAMS)).json() as unknown as number[];
}

/** Has something happen in every service, so that polls which wait are answered. */
export function wakePolls(): void {
  done(http.post(url("wake"), null, PARAMS));
}

/** Kills the app and starts it again. False where the app is not ours to kill. */
export function crash(): boolean {
  const response = http.post(url("crash"), null, PARAMS);
  if (response.status === 409) return false;
  done(response);
  return true;
}

/** Takes a sample of the processes. */
export function sampleUsage(): void {
  addUsage(done(http.get(url("usage"), PARAMS)).json() as unknown as Parameters<typeof addUsage>[0]);
}
