import { jetstreamManager } from "@nats-io/jetstream";
import type { Sql } from "@/services/postgres/pool.ts";
import type { TestServer } from "../harness/server.ts";
import type { Column } from "./columns.ts";
import type { Org } from "./markers.ts";
import { ownId, uploadIdOf } from "./plant.ts";

/** Everything that is kept of an organisation, in a form that can be compared: by table and by subject. */
export type Digest = Readonly<Record<string, string>>;

export async function rowsDigest(sql: Sql, tables: Map<string, Column[]>, org: Org): Promise<Digest> {
  const queries = [...tables.keys()].map((table) => {
    const key = table === "organisations" ? "id" : "org_id";
    // Its own people read at the same time (`readByBoth`), and what they may not is audited as theirs; and anybody may
    // choose one of the demo's people on the sign-in page.
    const isOurs = table === "audit_log" ? "and target not like 'GET %' and target <> '/sign-in'" : "";
    return `select '${table}' as name, md5(coalesce(string_agg(t::text, '|' order by t::text), '')) as digest
      from "${table}" t where "${key}" = ${org} ${isOurs}`;
  });
  const rows = await sql.unsafe<{ name: string; digest: string }[]>(queries.join(" union all "));
  return Object.fromEntries(rows.map(({ name, digest }) => [name, digest]));
}

/** Which subjects carry something of this organisation. */
function isOf(subject: string, org: Org): boolean {
  const [head = "", ...rest] = subject.split(".");
  if (head === "evt" || head === "chat") return rest[0] === String(org);
  if (head === "dead" || head === "docs") return rest[1] === String(org);
  const uploads = [1, 2, 4, ownId(org)].map((n) => uploadIdOf(org, n));
  return uploads.some((id) => subject.includes(id) || subject.includes(btoa(id)));
}

/** How many messages lie on each subject of the organisation, and all that has ever been written to the buckets of settings. */
export async function streamsDigest({ services }: TestServer, org: Org): Promise<Digest> {
  const jsm = await jetstreamManager(services.nats);
  const digest: Record<string, string> = {};
  for await (const { config, state } of jsm.streams.list()) {
    if (config.name.startsWith("KV_")) digest[config.name] = String(state.last_seq);
    if (config.name === "OBJ_previews") continue;
    const info = await jsm.streams.info(config.name, { subjects_filter: ">" });
    for (const [subject, count] of Object.entries(info.state.subjects ?? {})) {
      if (isOf(subject, org)) digest[subject] = String(count);
    }
  }
  for (const n of [1, 2, 4, ownId(org)]) {
    const picture = await services.previews.previewOf(org, n, 1);
    digest[`picture ${n}`] = picture === undefined ? "gone" : new TextDecoder().decode(picture);
  }
  return digest;
}

/** What is different, by name. */
export function difference(before: Digest, after: Digest): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => before[name] !== after[name]);
}
