import { type Principal, principalOf } from "@/lib/auth/principal.ts";
import { freePort } from "@/services/embedded/ports.ts";
import { startPostgres } from "@/services/embedded/postgres.ts";
import { bootstrapDatabase } from "@/services/postgres/bootstrap.ts";
import { migrateUp } from "@/services/postgres/migrate.ts";
import { connectPool, type Sql } from "@/services/postgres/pool.ts";
import { inTenant } from "@/services/postgres/tenant.ts";
import { printTable, show } from "../common/table.ts";
import { fill, LARGE_ROOM, RARE_WORD } from "./fill.ts";
import { type Plan, type PlanNode, scansOf } from "./plan.ts";
import { type Fragment, type Statement, statementsOf } from "./statements.ts";

const USAGE = "deno task bench chat_plans [--messages=1000000]";
const BAD_USAGE = 2;
const RUNS = 21;
/** The fill says how far it is every so many messages. */
const TOLD_MESSAGES = 100_000;
const FILL_MS = 30 * 60_000;

interface Row {
  what: string;
  rows: number;
  buffers: number;
  scans: string[];
  /** Median of RUNS, of the statement as it is prepared, without EXPLAIN; of what writes, EXPLAIN's. */
  ms: number;
  worstMs: number;
}

/** How PostgreSQL answers each statement of chat, as the app's login, below row-level security. Answers the exit code. */
export async function main(args: string[]): Promise<number> {
  const [, digits = args.length === 0 ? "1000000" : ""] = /^--messages=(\d{1,8})$/.exec(args[0] ?? "") ?? [];
  if (digits === "" || args.length > 1) {
    console.error(USAGE);
    return BAD_USAGE;
  }
  const dataDir = await Deno.makeTempDir({ prefix: "innstream-bench-" });
  await Deno.chmod(dataDir, 0o711);
  const log = (line: string) => console.error(`    ${line}`);
  const postgres = await startPostgres({ dataDir, port: freePort(), portAsked: false, durable: false, log });
  try {
    const { ownerUrl, appUrl } = await bootstrapDatabase(postgres.url);
    await migrateUp(ownerUrl, () => {});
    await filled(postgres.url, ownerUrl, Number(digits));
    await measure({ appUrl, ownerUrl, total: Number(digits) });
    return 0;
  } finally {
    await postgres.stop();
    await Deno.remove(dataDir, { recursive: true });
  }
}

async function filled(superuserUrl: string, ownerUrl: string, messages: number): Promise<void> {
  const url = new URL(superuserUrl);
  url.pathname = new URL(ownerUrl).pathname;
  const sql = connectPool(url.href, { max: 1, applicationName: "bench-fill", patienceMs: FILL_MS });
  try {
    const start = performance.now();
    let told = 0;
    await fill(sql, messages, (done) => {
      if (done < told + TOLD_MESSAGES) return;
      console.error(`    ${told = done} messages`);
    });
    console.error(`    filled in ${show((performance.now() - start) / 1000, " s")}`);
  } finally {
    await sql.end();
  }
}

async function measure(
  { appUrl, ownerUrl, total }: { appUrl: string; ownerUrl: string; total: number },
): Promise<void> {
  const sql = connectPool(appUrl, { max: 1, applicationName: "bench-app" });
  const owner = connectPool(ownerUrl, { max: 1, applicationName: "bench-owner" });
  const principal = principalOf({
    sub: "p7",
    orgId: 1,
    role: "staff",
    properties: [1],
    exp: 4e9,
  }) as Principal;
  try {
    const [head] = await inTenant(
      sql,
      1,
      (tx) => tx<{ last: number }[]>`select last_seq as last from chat_rooms where id = ${LARGE_ROOM}`,
    );
    const rows: Row[] = [];
    for (const statement of statementsOf(principal, head!.last)) rows.push(await explain(sql, statement));
    rows.push(...await explainSearch(owner, head!.last));
    printTable(
      `Plans at ${total} messages, ${head!.last} of them in the room`,
      "ms: median of 21 runs (of what writes: one, rolled back). blocks: of 8 KiB. seq: a table read whole.",
      ["statement", "ms", "worst", "rows", "blocks", "how rows are found"],
      rows.map(({ what, ms, worstMs, rows, buffers, scans }) => {
        return [what, show(ms), show(worstMs), show(rows), show(buffers), scans.join(", ")];
      }),
    );
  } finally {
    await sql.end();
    await owner.end();
  }
}

class Undone extends Error {}

async function explain(sql: Sql, { what, query, writes }: Statement): Promise<Row> {
  let found: Row | undefined;
  const work = inTenant(sql, 1, async (tx) => {
    const read = async () => {
      const [row] = await tx<{ "QUERY PLAN": [Plan] }[]>`explain (analyze, buffers, format json) ${query(
        tx,
      ) as Fragment}`;
      return row!["QUERY PLAN"][0];
    };
    if (!writes) await read();
    const plan = await read();
    const times = writes ? [plan["Execution Time"]] : [];
    while (!writes && times.length < RUNS) {
      const start = performance.now();
      await query(tx);
      times.push(performance.now() - start);
    }
    found = rowOf(what, plan, times);
    throw new Undone();
  });
  await work.catch((error: unknown) => {
    if (!(error instanceof Undone)) throw error;
  });
  return found!;
}

function rowOf(what: string, { Plan: node }: Plan, times: number[]): Row {
  const sorted = times.toSorted((a, b) => a - b);
  return {
    what,
    rows: node["Actual Rows"] ?? 0,
    buffers: (node["Shared Hit Blocks"] ?? 0) + (node["Shared Read Blocks"] ?? 0),
    scans: scansOf(node as PlanNode),
    ms: sorted[Math.floor(sorted.length / 2)]!,
    worstMs: sorted.at(-1)!,
  };
}

/** What stands in `chat_search`, which EXPLAIN does not look into, as the owner that it runs as. */
async function explainSearch(owner: Sql, last: number): Promise<Row[]> {
  const [source] = await owner<{ text: string }[]>`
    select prosrc as text from pg_proc where proname = 'chat_search'`;
  const [, body = ""] = /return query\s+(select[^;]+);/.exec(source!.text) ?? [];
  const rows: Row[] = [];
  const words = [["a common word", "'w0'"], ["a rare word", `'${RARE_WORD}'`], ["first letters", "'saf':*"]];
  for (const [what, asked] of words) {
    const text = body.replace("= org ", "= 1 ").replace("= room ", `= '${LARGE_ROOM}' `)
      .replace("< before", `< ${last + 1}`).replace("limit most", "limit 21")
      .replace(
        "@@ wanted",
        `@@ ('''1 ${LARGE_ROOM}'''::tsquery && '${asked!.replaceAll("'", "''")}'::tsquery)`,
      );
    await inTenant(owner, 1, async (tx) => {
      const times = [];
      let plan: Plan | undefined;
      for (let run = 0; run < 3; run++) {
        const [row] = await tx.unsafe(`explain (analyze, buffers, format json) ${text}`);
        plan = (row!["QUERY PLAN"] as [Plan])[0];
        times.push(plan["Execution Time"]);
      }
      rows.push(rowOf(`within a search: ${what}`, plan!, times));
    });
  }
  return rows;
}
