import assert from "node:assert/strict";
import { type Principal, principalOf, type Role } from "@/lib/auth/principal.ts";
import type { Service } from "@/lib/protocol/services.ts";
import type { OutboxRow } from "@/services/outbox/relay.ts";
import { connectPool, type Sql } from "@/services/postgres/pool.ts";
import { inTenant } from "@/services/postgres/tenant.ts";
import { resourceOf } from "@/lib/resources/catalog.ts";
import type { Answer } from "@/lib/resources/answer.ts";
import type { Resource } from "@/lib/resources/define.ts";
import {
  createResourceStore,
  type ResourceStore,
  type ResourceStoreParts,
} from "@/services/resources/store.ts";
import { type TestDatabase, testDatabase } from "../harness/postgres.ts";

/** Two organisations with equal property ids: 1 has properties 1 and 2, 2 has property 1, 3 exists in yen. */
export interface Hotels extends AsyncDisposable {
  readonly database: TestDatabase;
  /** As the app. */
  readonly sql: Sql;
  /** Past row-level security, to see what is really there. */
  readonly superuser: Sql;
  readonly store: ResourceStore;
  /** What the store told after commits. */
  readonly told: OutboxRow[];
  /** A store with some of its parts replaced. */
  storeWith(parts: Partial<ResourceStoreParts>): ResourceStore;
}

export const POSITION = { seq: 7, epoch: "e1" };

export async function openHotels(): Promise<Hotels> {
  const database = await testDatabase();
  const sql = connectPool(database.appUrl, { max: 8, applicationName: "test-app" });
  const superuser = connectPool(database.superuserUrl, { max: 2, applicationName: "test-superuser" });
  await addOrganisations(database.ownerUrl);
  const told: OutboxRow[] = [];
  const parts: ResourceStoreParts = {
    sql,
    position: () => Promise.resolve(POSITION),
    committed: (rows) => told.push(...rows),
    now: () => Date.now(),
    newId: () => crypto.randomUUID(),
  };
  return {
    database,
    sql,
    superuser,
    told,
    store: createResourceStore(parts),
    storeWith: (changed) => createResourceStore({ ...parts, ...changed }),
    async [Symbol.asyncDispose]() {
      await sql.end({ timeout: 5 });
      await superuser.end({ timeout: 5 });
      await database.drop();
    },
  };
}

/** The organisations and properties of `Hotels`, in an empty database. */
export async function addOrganisations(ownerUrl: string): Promise<void> {
  const owner = connectPool(ownerUrl, { max: 1, applicationName: "test-owner" });
  for (const [id, currency, properties] of [[1, "INR", 2], [2, "KWD", 1], [3, "JPY", 1]] as const) {
    await inTenant(owner, id, async (tx) => {
      await tx`insert into organisations (id, name, currency) values (${id}, ${`Organisation ${id}`}, ${currency})`;
      for (let n = 1; n <= properties; n++) {
        await tx`insert into properties (org_id, name, address, timezone, created_by)
          values (${id}, ${`Hotel ${id}.${n}`}, '', 'UTC', 'test')`;
      }
    });
  }
  await owner.end();
}

export interface PersonOptions {
  readonly orgId?: number;
  readonly role?: Role;
  readonly userId?: string;
  readonly properties?: "*" | readonly number[];
  readonly services?: readonly Service[];
}

/** Who is asking, as a verified token would say. */
export function person(
  { orgId = 1, role = "manager", userId = "meera", ...rest }: PersonOptions = {},
): Principal {
  const claims = { sub: userId, orgId, role, properties: rest.properties ?? "*", exp: 4_000_000_000 };
  const principal = principalOf({ ...claims, ...(rest.services && { services: rest.services }) });
  if (typeof principal === "string") throw new Error(principal);
  return principal;
}

export function resource(service: Service, entity: string): Resource {
  const found = resourceOf(service, entity);
  if (found === undefined) throw new Error(`There is no resource ${service}.${entity}`);
  return found;
}

/** The result of an answer that must be one. */
export function good<T>(answer: Answer<T>): T {
  assert.ok(answer.ok, `refused: ${JSON.stringify(answer)}`);
  return answer;
}

/** The code of an answer that must be a refusal. */
export function codeOf(answer: Answer<unknown>): string {
  assert.ok(!answer.ok, `not refused: ${JSON.stringify(answer)}`);
  return answer.problem.code;
}

/** Bodies that create one record of each resource in property 1; the record referred to comes from `make`. */
export const SAMPLES: Readonly<
  Record<
    string,
    (make: (key: string) => Promise<number>) => Promise<Record<string, unknown>> | Record<string, unknown>
  >
> = {
  "finance.revenue": () => ({ propertyId: 1, amount: 1000 }),
  "finance.expense": () => ({ propertyId: 1, amount: "12.50", currency: "INR", vendor: "Mill" }),
  "finance.approval": async (make) => ({ propertyId: 1, expenseId: await make("finance.expense") }),
  "guest.guest": () => ({
    propertyId: 1,
    name: "Rohan",
    arrivesOn: "2026-11-23",
    email: "rohan@example.com",
  }),
  "guest.document": () => ({
    propertyId: 1,
    documentType: "passport",
    filename: "p.jpg",
    mimetype: "image/jpeg",
    filesize: 10,
    sha256: "0".repeat(64),
  }),
  "staff.employee": () => ({ propertyId: 1, name: "Kavya" }),
  "staff.schedule": async (make) => ({
    propertyId: 1,
    employeeId: await make("staff.employee"),
    startsAt: "2026-11-23T08:00:00+05:30",
    endsAt: "2026-11-23T16:00:00+05:30",
  }),
  "staff.leave": async (make) => ({
    propertyId: 1,
    employeeId: await make("staff.employee"),
    startsOn: "2026-12-24",
    endsOn: "2026-12-26",
  }),
  "tasks.task": () => ({ propertyId: 1, title: "Check the pump" }),
  "properties.property": () => ({ name: "Third house" }),
  "properties.room": () => ({ propertyId: 1, number: "101" }),
  "users.user": () => ({ login: "arjun", name: "Arjun", role: "staff", properties: [1] }),
  "dashboard.metrics": () => ({ propertyId: 1, figures: { rooms: 5 } }),
  "branding.theme": () => ({ propertyId: 1, name: "Evening" }),
  "analytics.statistic": () => ({ propertyId: 1, day: "2026-11-22", figures: { revenue: [1, 2] } }),
  "reports.report": () => ({ propertyId: 1, startsOn: "2026-11-01", endsOn: "2026-11-30" }),
};

/** A body that changes the record made from the sample. */
export const CHANGES: Readonly<Record<string, Record<string, unknown>>> = {
  "finance.revenue": { amount: 12.5 },
  "finance.expense": { category: "linen" },
  "finance.approval": { status: "approved" },
  "guest.guest": { status: "checked_in", phone: null },
  "guest.document": { status: "done", fields: { name: { value: "ROHAN", confidence: 0.9 } } },
  "staff.employee": { status: "on_leave" },
  "staff.schedule": { endsAt: "2026-11-23T15:00:00Z" },
  "staff.leave": { status: "approved" },
  "tasks.task": { status: "done" },
  "properties.property": { address: "Jetty Road 8" },
  "properties.room": { status: "cleaning" },
  "users.user": { properties: "*", active: false },
  "dashboard.metrics": { figures: { rooms: 6 } },
  "branding.theme": { primaryColor: "#AABBCC" },
  "analytics.statistic": { figures: {} },
  "reports.report": { status: "ready", figures: { profit: 1 } },
};
