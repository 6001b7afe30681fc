import { parseArgs } from "node:util";
import type { FieldName } from "@/lib/ocr/reading.ts";
import { PAGE_KINDS, type PageKind, PAGES, pictureOf } from "@/tests/specimens/catalogue.ts";
import { type FieldScore, type Score, scoresOf, tells } from "@/tests/specimens/score.ts";
import { SPECIMEN_KEY } from "@/tests/specimens/secure_qr.ts";
import type { Specimen } from "@/tests/specimens/specimen.ts";
import { type Condition, CONDITIONS } from "@/tests/specimens/wear.ts";
import { Child, stopAll } from "../common/child.ts";
import { printTable, show, showMb } from "../common/table.ts";
import type { Done, Task } from "./child.ts";

const USAGE = "deno task bench ocr [--quick] [--seed=1000] [--count=8] [--kinds=passport,pan] [--show]";
const BAD_USAGE = 2;
const INTERRUPTED = 130;
const COUNT = 8, COUNT_QUICK = 1;
/** Specimens are all of people who are grown up then, and of documents that are valid. */
const TODAY = "2026-11-24";
/** Time a document has; looks that begin before its end are finished. */
const BUDGET_MS = 20_000;
const OUT = new URL("./out/", import.meta.url);
const CHILD = new URL("./child.ts", import.meta.url);

interface Result {
  specimen: Specimen;
  scores: FieldScore[];
  ms: number;
  told: boolean;
}

interface Group {
  kind: PageKind;
  condition: Condition;
  results: Result[];
  peakKb: number;
}

/** Reads pages of every kind in every condition, and compares with what is on them. Answers the exit code. */
export async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: "boolean", default: false },
      // The tests look at small seeds.
      seed: { type: "string", default: "1000" },
      count: { type: "string" },
      kinds: { type: "string", default: PAGE_KINDS.join(",") },
      show: { type: "boolean", default: false },
    },
  });
  const seed = Number(values.seed), count = Number(values.count ?? (values.quick ? COUNT_QUICK : COUNT));
  const kinds = values.kinds.split(",").filter((kind): kind is PageKind => kind in PAGES);
  if (!Number.isInteger(seed) || !(count > 0) || kinds.length === 0) {
    console.error(USAGE);
    return BAD_USAGE;
  }
  const dir = await Deno.makeTempDir({ prefix: "innstream-bench-ocr-" });
  const end = async () => {
    await stopAll();
    await Deno.remove(dir, { recursive: true });
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => void end().finally(() => Deno.exit(INTERRUPTED)));
  }
  const groups: Group[] = [];
  try {
    for (const kind of kinds) {
      for (const condition of CONDITIONS) {
        console.log(`${kind}, ${condition}: ${count} documents`);
        groups.push(await measure(kind, condition, { dir, seed, count }));
      }
    }
  } finally {
    await end();
  }
  printGroups(groups);
  printFields(groups);
  if (values.show) printMistakes(groups);
  await Deno.mkdir(OUT, { recursive: true });
  const kept = groups.map(({ results, ...group }) => ({
    ...group,
    results: results.map(({ specimen, ...result }) => ({ name: specimen.name, ...result })),
  }));
  await Deno.writeTextFile(
    new URL("result.json", OUT),
    JSON.stringify({ seed, count, groups: kept }, null, 1),
  );
  return 0;
}

interface Plan {
  dir: string;
  seed: number;
  count: number;
}

/** One process for each group: its peak is that of one kind of document. */
async function measure(kind: PageKind, condition: Condition, { dir, seed, count }: Plan): Promise<Group> {
  const specimens = new Map<string, Specimen>();
  for (let i = 0; i < count; i++) {
    const specimen = await pictureOf(kind, condition, seed + i);
    const path = `${dir}/${kind}-${condition}-${i}`;
    await Deno.writeFile(path, specimen.bytes);
    specimens.set(path, specimen);
  }
  const keyPem = SPECIMEN_KEY.export({ type: "spki", format: "pem" }) as string;
  const tasks = [...specimens].map(([path, { documentType }]): Task => {
    return { path, documentType, today: TODAY, budgetMs: BUDGET_MS, keyPem };
  });
  const list = `${dir}/${kind}-${condition}.json`;
  await Deno.writeTextFile(list, JSON.stringify(tasks));
  const group: Group = { kind, condition, results: [], peakKb: NaN };
  const child = new Child({
    name: `reader of ${kind}`,
    command: Deno.execPath(),
    args: ["run", "-A", "--quiet", CHILD.pathname, list],
    onLine: (line) => {
      const { path, fields = {}, ms = NaN, peakKb } = JSON.parse(line) as Done;
      if (peakKb !== undefined) group.peakKb = peakKb;
      const specimen = path === undefined ? undefined : specimens.get(path);
      if (specimen === undefined) return;
      const told = specimen.secret !== undefined && tells(specimen.secret, fields);
      group.results.push({ specimen, scores: scoresOf(specimen.truth, fields), ms, told });
    },
  });
  const code = await child.ended;
  if (code !== 0) {
    throw new Error(`Reading ${kind} ${condition} ended with code ${code}\n${child.lastWords()}`);
  }
  return group;
}

function printGroups(groups: readonly Group[]): void {
  printTable(
    "Documents",
    "of all fields: right, right but a look is asked for, wrong and a look is asked for, missing, wrong and unflagged; " +
      "told: documents whose Aadhaar number came out",
    [..."document,condition,n,all right,right,+look,wrong+look,missing,WRONG,told,p50 s,max s,peak MB".split(
      ",",
    )],
    groups.map(({ kind, condition, results, peakKb }) => {
      const scores = results.flatMap((result) => result.scores);
      const times = results.map(({ ms }) => ms / 1000).sort((a, b) => a - b);
      return [
        kind,
        condition,
        show(results.length),
        show(
          results.filter((result) => result.scores.every(({ score }) => score.startsWith("right"))).length,
        ),
        ...counts(scores),
        show(results.filter(({ told }) => told).length),
        show(times[Math.floor(times.length / 2)]),
        show(times.at(-1)),
        showMb(peakKb),
      ];
    }),
  );
}

function printFields(groups: readonly Group[]): void {
  const rows = CONDITIONS.flatMap((condition) => {
    const scores = groups.filter((group) => group.condition === condition)
      .flatMap(({ results }) => results.flatMap((result) => result.scores));
    const names = [...new Set(scores.map(({ field }) => field))] as FieldName[];
    return names.map((name) => {
      const own = scores.filter(({ field }) => field === name);
      const exact = own.filter(({ score }) => score.startsWith("right")).length;
      return [name, condition, show(own.length), show(exact / own.length * 100), ...counts(own)];
    });
  });
  printTable(
    "Fields",
    "of all documents that have it",
    ["field", "condition", "n", "exact %", "right", "+look", "wrong+look", "missing", "WRONG"],
    rows,
  );
}

function counts(scores: readonly FieldScore[]): string[] {
  const of = (wanted: Score) => show(scores.filter(({ score }) => score === wanted).length);
  return [of("right"), of("right_flagged"), of("wrong_flagged"), of("missing"), of("wrong")];
}

/** All fields are of invented people. */
function printMistakes(groups: readonly Group[]): void {
  const rows = groups.flatMap(({ results }) =>
    results.flatMap(({ specimen, scores }) =>
      scores.filter(({ score }) => !score.startsWith("right"))
        .map(({ field, score, expected, got }) => [specimen.name, field, score, expected, got ?? "-"])
    )
  );
  printTable("Mistakes", "value by value", ["document", "field", "what", "expected", "got"], rows);
}
