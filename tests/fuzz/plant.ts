// Fills both organisations: a marker in every field that can hold one, the same ids wherever two organisations may share them.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { SERVICE_NAMES, SERVICES } from "@/lib/protocol/services.ts";
import { CHUNK_BYTES } from "@/lib/upload/limits.ts";
import { ChunkStore } from "@/services/documents/chunk_store.ts";
import { Previews } from "@/services/documents/previews.ts";
import type { Sql } from "@/services/postgres/pool.ts";
import { inTenant } from "@/services/postgres/tenant.ts";
import type { TestServer } from "../harness/server.ts";
import type { Column } from "./columns.ts";
import {
  AMOUNT_MINOR,
  COLOUR,
  CURRENCY,
  DAY,
  marker,
  type Org,
  ORGANISATIONS,
  type Place,
  SHA256,
} from "./markers.ts";

/** One row of a table: `n` is its id where ids are an organisation's own. */
interface Row {
  readonly org: Org;
  readonly place: Place;
  readonly n: number;
}

/** The id that only records of this organisation have. */
export function ownId(org: Org): number {
  return 70 + org;
}

/** An upload's id; uploads are the ones of which no two organisations can have the same. */
export function uploadIdOf(org: Org, n: number): string {
  return `0f0e0d0c-0000-4000-8000-0000000${org}${String(n).padStart(4, "0")}`;
}

/** Uploads that have become documents; the fourth of these could not be read. The others are still received. */
function isWhole(n: number): boolean {
  return n === 1 || n === 4;
}

/** Ids of chat rooms by the number of the row that a message, a member or a position in them has. */
export const ROOM_IDS: Readonly<Record<number, string>> = {
  1: "property-1",
  2: "property-2",
  3: "room-1",
  4: "topic-1",
  5: "topic-2",
  6: "topic-3",
};
/** Of which property each is. */
const ROOM_PLACES: Readonly<Record<number, Place>> = { 1: 1, 2: 2, 3: 1, 4: 1, 5: 2, 6: 0 };
/** The topic that only this organisation has. */
export function ownTopic(org: Org): string {
  return `topic-${ownId(org)}`;
}

const SEQUENCES_FROM = 1_000;
const FIGURES = { openTasks: 3, revenueToday: 900, expenseToday: 10, pendingApprovals: 1 };

function fieldsOf(value: string): object {
  const reading = {
    value,
    source: "print",
    checks: [],
    confidence: 0.9,
    repaired: false,
    needsReview: false,
  };
  return { name: reading };
}

function tableOf(cell: string): object {
  return {
    columns: [{ heading: "Name", field: "name" }],
    rows: [[cell], [cell]],
    rowsTotal: 2,
    problems: [],
  };
}

type Values = (row: Row) => Record<string, unknown>;
const roomOf = (row: Row) => ROOM_IDS[row.n] ?? ownTopic(row.org);

/** Where neither the type nor a check says what is right. */
const SPECIAL: Readonly<Record<string, Values>> = {
  organisations: ({ org }) => ({
    id: org,
    locale: "en-IN",
    last_property_id: SEQUENCES_FROM,
    chat_retention_days: null,
  }),
  properties: () => ({ timezone: "Asia/Kolkata" }),
  users: ({ n }) => ({ login: `u${n}`, properties: null }),
  documents: ({ org, place, n }) => ({
    upload_id: isWhole(n) ? uploadIdOf(org, n) : null,
    document_type: "passport",
    guest_id: n === 4 ? 1 : n,
    status: n === 4 ? "failed" : n === 2 ? "done" : "needs_review",
    problem: n === 4 ? "unreadable" : null,
    kept: "original",
    previews: 1,
    stage: null,
    applied_at: null,
    applied_by: null,
    fields: fieldsOf(marker(org, place, "field")),
  }),
  reports: () => ({ status: "ready" }),
  document_tables: ({ org, place }) => ({ body: tableOf(marker(org, place, "cell")) }),
  metrics: ({ org, place }) => ({ figures: { ...FIGURES, secret: marker(org, place, "figures") } }),
  uploads: ({ org, n }) => ({
    id: uploadIdOf(org, n),
    created_by: "u1",
    state: isWhole(n) ? "complete" : "receiving",
    live_document_id: isWhole(n) ? n : null,
    document_id: isWhole(n) ? n : null,
    // Of one that is still received, the first chunk has come.
    filesize: isWhole(n) ? 30 : CHUNK_BYTES + 1,
    sha256: null,
    document_type: "passport",
    mimetype: "application/pdf",
  }),
  idempotency_keys: ({ org, n }) => ({
    user_id: "u1",
    key: n > 2 ? `key-${n}` : `key${n}`,
    request_hash: SHA256[org],
    status: 201,
    body: JSON.stringify({ id: n, secret: marker(org, 1, "answer") }),
  }),
  outbox: ({ org, place, n }) => ({
    id: uploadIdOf(org, n),
    subject: `evt.${org}.${place || 1}.tasks.task.created`,
    payload: JSON.stringify({ data: { title: marker(org, place, "payload") } }),
  }),
  document_corrections: ({ org, n }) => ({ id: org * 100 + n }),
  revocations: ({ org, place, n }) => ({ subject: `token/${marker(org, place, "token")}${n}` }),
  flag_changes: ({ org, n }) => ({ id: org * 100 + n, epoch: "planted", revision: org * 100 + n }),
  chat_rooms: (row) => ({
    id: roomOf(row),
    property_id: row.place || null,
    name: roomOf(row).startsWith("topic") ? marker(row.org, row.place, "roomname") : null,
    first_seq: 1,
    last_seq: 1,
    last_rev: 1,
    created_by: "u1",
  }),
  chat_members: (row) => ({ room_id: roomOf(row), user_id: "u1", role: "owner" }),
  chat_messages: (row) => ({
    room_id: roomOf(row),
    seq: 1,
    rev: 1,
    user_id: "u1",
    client_msg_id: "shared-message",
    deleted_at: null,
    deleted_by: null,
    reply_to: null,
    link_entity: "task",
    link_id: 1,
    text: `${marker(row.org, row.place, "text")} secret of the house`,
  }),
  chat_mentions: (row) => ({ room_id: roomOf(row), user_id: "u1", seq: 1 }),
  chat_positions: (row) => ({ room_id: roomOf(row), user_id: "u1", read_seq: 1, delivered_seq: 1 }),
  chat_message_reads: (row) => ({ room_id: roomOf(row), user_id: "u9", from_seq: 1, to_seq: 1 }),
};

/** Columns that are the same wherever they stand. */
const BY_NAME: Readonly<Record<string, (row: Row) => unknown>> = {
  org_id: ({ org }) => org,
  property_id: ({ place }) => place || null,
  version: () => 1,
  amount_minor: ({ org, n }) => AMOUNT_MINOR[org] * 100 + n,
  currency: ({ org }) => CURRENCY[org],
  primary_color: ({ org }) => COLOUR[org],
  accent_color: ({ org }) => COLOUR[org],
  sha256: ({ org }) => SHA256[org],
  nationality: () => "IND",
};

/** The rows of a table. */
function rowsOf(table: string, org: Org): Row[] {
  if (table === "organisations") return [{ org, place: 0, n: org }];
  const row = (n: number, place: Place): Row => ({ org, place, n });
  if (table.startsWith("chat_")) {
    return [...Object.keys(ROOM_IDS).map((n) => row(Number(n), ROOM_PLACES[Number(n)]!)), row(ownId(org), 1)];
  }
  if (table === "users") return [row(1, 0), row(2, 0), row(ownId(org), 0)];
  if (table === "properties") return [row(1, 1), row(2, 2)];
  const isUpload = table === "documents" || table === "uploads";
  return [row(1, 1), row(2, 2), row(ownId(org), 1), ...(isUpload ? [row(4, 1)] : [])];
}

function valueOf({ name, type, charsMax, allowed }: Column, row: Row): unknown {
  if (allowed !== undefined) return allowed[0];
  const day = `${DAY[row.org]}T0${/^(ends|departs|expires|due)/.test(name) ? 9 : 1}:0${row.n % 10}:00Z`;
  switch (type) {
    case "text":
    case "character":
      return marker(row.org, row.place, name).slice(0, (charsMax ?? 200) - 4) + row.n;
    case "jsonb":
      return { secret: marker(row.org, row.place, name) };
    case "_text":
      return [marker(row.org, row.place, name)];
    case "_int8":
      return [row.n];
    case "_uuid":
      return [uploadIdOf(row.org, row.n)];
    case "boolean":
      return true;
    case "date":
      return `${DAY[row.org].slice(0, 8)}${String(1 + row.n % 20).padStart(2, "0")}`;
    case "timestamp with time zone":
      return day;
    default:
      return row.n;
  }
}

/** Writes the rows of an organisation; those that are there already stay. */
export async function plantRows(sql: Sql, tables: Map<string, Column[]>, org: Org): Promise<void> {
  // Triggers run as the owner of the tables, whom row-level security binds.
  await inTenant(sql, org, async (tx) => {
    for (const [table, columns] of tables) {
      const names = columns.map(({ name }) => name);
      for (const row of rowsOf(table, org)) {
        const values = valuesOf(table, columns, row);
        await tx`
          insert into ${tx(table)} (${tx(names)}) overriding system value
          select ${tx(names)} from jsonb_populate_record(null::${tx(table)}, ${tx.json(values as never)})
          on conflict do nothing`;
      }
    }
  });
}

function valuesOf(table: string, columns: readonly Column[], row: Row): Record<string, unknown> {
  const special = SPECIAL[table]?.(row) ?? {};
  return Object.fromEntries(columns.map((column) => {
    const { name } = column;
    if (special[name] !== undefined) return [name, special[name]];
    const known = BY_NAME[name];
    return [name, known === undefined ? valueOf(column, row) : known(row)];
  }));
}

/** What is numbered from here on does not meet what was planted. */
export async function moveSequences(sql: Sql): Promise<void> {
  const sequences = await sql<{ name: string }[]>`
    select quote_ident(sequencename) as name from pg_sequences where schemaname = 'public'`;
  for (const { name } of sequences) await sql`select setval(${name}::regclass, ${SEQUENCES_FROM})`;
}

/** Files, pictures, events and dead messages of both organisations. */
export async function plantStreams(server: TestServer): Promise<void> {
  const { nats } = server.services;
  const js = jetstream(nats);
  const store = new ChunkStore(js, await jetstreamManager(nats));
  const previews = new Previews(js);
  for (const org of ORGANISATIONS) {
    for (const [n, place] of [[1, 1], [2, 2], [4, 1], [ownId(org), 1]] as const) {
      const text = `%PDF-1.7 ${marker(org, place, "file")}`;
      const data = new TextEncoder().encode(isWhole(n) ? text : text.padEnd(CHUNK_BYTES));
      const id = uploadIdOf(org, n);
      const lease = await store.lease(id, crypto.randomUUID(), "upload");
      await store.put({ uploadId: id, lease, seq: 1, data });
      const sha256 = createHash("sha256").update(data).digest("hex");
      const object = { size: data.length, chunks: 1, sha256 };
      if (isWhole(n)) await store.publish(id, lease, object, new Date().toISOString());
      await previews.putPreview(org, n, 1, new TextEncoder().encode(marker(org, place, "picture")));
    }
    for (const service of SERVICE_NAMES) {
      for (const place of [0, 1, 2] as const) {
        for (const entity of SERVICES[service].entities) {
          const subject = `evt.${org}.${place || "_"}.${service}.${entity}.updated`;
          const data = { id: 1, version: 1, name: marker(org, place, "event") };
          await js.publish(subject, JSON.stringify({ id: `planted-${place}`, data }));
        }
      }
    }
    await js.publish(`evt.${org}.1.tasks.task.updated`, `no JSON ${marker(org, 1, "dead")}`);
  }
}

/** Every table has rows of both, with a marker wherever it has a column of text that is free. */
export async function assertPlanted(sql: Sql, tables: Map<string, Column[]>): Promise<void> {
  for (const [table, columns] of tables) {
    const key = table === "organisations" ? "id" : "org_id";
    for (const org of ORGANISATIONS) {
      const rows = await sql<{ text: string }[]>`
        select t::text as text from ${sql(table)} t where ${sql(key)} = ${org}`;
      assert.ok(rows.length > 0, `${table} has no row of organisation ${org}`);
      const takesMarker = columns.some(({ type, allowed, name }) => {
        return type === "text" && allowed === undefined && !/_id$|^id$|^login$/.test(name);
      });
      if (takesMarker) {
        assert.ok(rows.some(({ text }) => text.includes(`Zq${org}p`)), `${table} has no marker`);
      }
    }
  }
}
