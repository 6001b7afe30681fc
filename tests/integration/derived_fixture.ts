import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import type { ResourceRecord } from "@/services/resources/record.ts";
import { Derived } from "@/services/derived/derived.ts";
import { METRICS, REPORT, STATISTIC } from "@/services/derived/place.ts";
import type { Sql } from "@/services/postgres/pool.ts";
import { call, startDemo, until } from "../harness/live.ts";
import type { TestServer } from "../harness/server.ts";
import { good, person } from "./resources_fixture.ts";

/** A person's token may be of any role; the figures are read as a manager's. */
const READER = person();

export type Figures = Record<string, unknown>;

export interface Found {
  readonly version: number;
  readonly computedAt: string;
  readonly figures: Figures;
}

/** The dashboard of a property of organisation 1; undefined where there is none, or no stream to read its place from. */
export async function metricsOf({ services }: TestServer, propertyId = 1): Promise<Found | undefined> {
  const answer = await services.resources.list(READER, METRICS, { propertyId });
  if (!answer.ok && answer.problem.code === "unavailable") return undefined;
  return good(answer).items[0] as Found | undefined;
}

/** The figures of one day. */
export async function statisticOf(
  { services }: TestServer,
  day: string,
  propertyId = 1,
): Promise<Found | undefined> {
  const { items } = good(await services.resources.list(READER, STATISTIC, { propertyId, filters: { day } }));
  return items[0] as Found | undefined;
}

export async function reportOf({ services }: TestServer, id: number): Promise<ResourceRecord> {
  return good(await services.resources.get(READER, REPORT, id)).record;
}

/** Waits until the dashboard shows what `wanted` says. */
export function shows(server: TestServer, wanted: Figures, propertyId = 1): Promise<Found> {
  return until(`the dashboard shows ${JSON.stringify(wanted)}`, async () => {
    const found = await metricsOf(server, propertyId);
    return found !== undefined && agrees(found.figures, wanted) ? found : undefined;
  }, 40_000);
}

export function agrees(figures: Figures, wanted: Figures): boolean {
  return Object.entries(wanted).every(([name, value]) => figures[name] === value);
}

/** Creates a record through the API; answers it. */
export async function post(
  server: TestServer,
  path: string,
  json: object,
  claims = {},
): Promise<ResourceRecord> {
  const { status, json: record } = await call(`${server.url}${path}`, {
    token: await server.token(claims),
    json,
  });
  if (status !== 201) throw new Error(`${path}: ${status} ${JSON.stringify(record)}`);
  return record;
}

/** Events of a derived entity that were committed, in order: their payloads. */
export async function eventsOf(
  sql: Sql,
  subject: string,
): Promise<{ subject: string; data: Found & { day?: string } }[]> {
  const rows = await sql<{ subject: string; payload: string }[]>`
    select subject, payload from outbox where subject like ${subject} order by created_at`;
  return rows.map(({ subject, payload }) => ({ subject, data: JSON.parse(payload).data }));
}

/** The derived services of an instance of their own, on the server's database and stream, with another clock. */
export async function derivedAt(server: TestServer, now: () => number): Promise<Derived> {
  const { nats, sql, resources } = server.services;
  return new Derived({
    js: jetstream(nats),
    jsm: await jetstreamManager(nats),
    sql,
    resources,
    now,
    failed: (error) => {
      throw error;
    },
  });
}

export { startDemo, until };
