import http, { type RefinedResponse } from "k6/http";
import { errors } from "./metrics.ts";
import { SETTINGS } from "./settings.ts";

/** What pages read when they are opened. */
const READ = [
  "/tasks/task?propertyId=1&limit=50",
  "/dashboard/metrics?propertyId=1",
  "/guest-checkin/guest?propertyId=1&limit=50",
  "/v2/realtime/recent?limit=50",
  "/v2/collaboration/rooms",
];

function params(token: string, name: string, more: Record<string, string> = {}) {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json", ...more };
  return { headers, tags: { to: "app", name }, timeout: "10s" };
}

function told(response: RefinedResponse<"text">, status: number): RefinedResponse<"text"> {
  errors.add(response.status !== status);
  return response;
}

/** What somebody does who opens a page and books something: two lists, a revenue, a task that is made and done. */
export function workInTheOffice(token: string, n: number): void {
  for (const path of [READ[n % READ.length]!, READ[(n + 1) % READ.length]!]) {
    told(http.get(SETTINGS.url + path, params(token, path.split("?")[0]!)), 200);
  }
  const revenue = JSON.stringify({ propertyId: 1, amount: 100 + n, description: `load ${SETTINGS.run}` });
  told(http.post(`${SETTINGS.url}/finance/revenue`, revenue, params(token, "create revenue")), 201);
  // Not `load <run> <n>`: its two events carry the same title.
  const title = JSON.stringify({ propertyId: 1, title: `office ${SETTINGS.run} ${n}` });
  const made = told(http.post(`${SETTINGS.url}/tasks/task`, title, params(token, "create task")), 201);
  if (made.status !== 201) return;
  const { id, version } = made.json() as { id: number; version: number };
  const change = params(token, "change task", { "if-match": `"${version}"` });
  told(http.patch(`${SETTINGS.url}/tasks/task/${id}`, JSON.stringify({ status: "done" }), change), 200);
}
