import { cpuMicros, median, perSecond, perSocketKb, type Run, Series } from "./figures.ts";
import type { LoadName, LoadResult, Quantiles } from "./driver.ts";
import { SERVER_NAMES, type ServerName } from "./servers.ts";
import { printTable, show, showMb } from "../common/table.ts";

type BySection = Map<string, Map<ServerName, Series>>;

/** Prints every table that the runs have figures for. */
export function printReport(runs: readonly Run[]): void {
  const sections = grouped(runs.filter((run) => run.case.section !== "orgs"));
  for (const [section, series] of sections) {
    if (!section.startsWith("fanout-")) continue;
    printBursts(section, series);
    printSteady(section, series);
    printCosts(section, series);
  }
  printOrganisations(runs.filter((run) => run.case.section === "orgs"));
  printRest(sections.get("rest"));
  printDrop(sections.get("drop"));
}

/** Runs by section and server, in the order of the plan. */
export function grouped(runs: readonly Run[]): BySection {
  const sections = Map.groupBy(runs, (run) => run.case.section);
  return new Map([...sections].map(([section, all]) => {
    const servers = Map.groupBy(all, (run) => run.case.server);
    const present = SERVER_NAMES.filter((name) => servers.has(name));
    return [section, new Map(present.map((name) => [name, new Series(servers.get(name)!)]))];
  }));
}

function printBursts(section: string, series: Map<ServerName, Series>): void {
  const { load } = [...series.values()][0]!.runs[0]!.case;
  const [bare, centrifuge] = [series.get("bare"), series.get("centrifuge")];
  printTable(
    `${section}: bursts of ${load.events} events to ${load.sockets} sockets`,
    "Events delivered per second, from the first publish to the last byte read. burst: as fast as the publisher can; serial: each\n" +
      "event after the one before is accepted; single: burst with no two events in one frame. x: ratio within a round, median.",
    [
      "server",
      "burst/s",
      "x centrif.",
      "x bare",
      "ev/frame",
      "serial/s",
      "x centrif.",
      "x bare",
      "single/s",
      "x bare burst",
    ],
    [...series].map(([name, own]) => [
      name,
      show(own.of("burst", perSecond)),
      show(median(own.ratios(centrifuge, "burst", perSecond))),
      show(median(own.ratios(bare, "burst", perSecond))),
      show(own.of("burst", (result) => result.eventsPerFrame)),
      show(own.of("serial", perSecond)),
      show(median(own.ratios(centrifuge, "serial", perSecond))),
      show(median(own.ratios(bare, "serial", perSecond))),
      show(own.of("single", perSecond)),
      show(median(own.ratios(bare, "single", perSecond, "burst"))),
    ]),
  );
}

function printSteady(section: string, series: Map<ServerName, Series>): void {
  const centrifuge = series.get("centrifuge");
  const p99 = (result: LoadResult) => result.latencyMs.p99;
  printTable(
    `${section}: steady, 20 events/s`,
    "Milliseconds from just before the publish to the read of the frame, every delivery counted. Lost and doubled over all loads and rounds.",
    ["server", "p50", "p95", "p99", "max", "p99 x centrif.", "ev/frame", "bytes/ev", "lost", "doubled"],
    [...series].map(([name, own]) => [
      name,
      ...quantileCells(own, "steady", (result) => result.latencyMs),
      show(median(own.ratios(centrifuge, "steady", p99))),
      show(own.of("steady", (result) => result.eventsPerFrame)),
      show(own.of("steady", (result) => Math.round(result.bytesPerEvent))),
      ...faultCells(own),
    ]),
  );
}

function printCosts(section: string, series: Map<ServerName, Series>): void {
  const rss = (name: string) => (result: LoadResult) => result.processes[name]?.rssMaxKb ?? NaN;
  printTable(
    `${section}: memory and processor`,
    "Resident MB of the process that holds the sockets: before them, subscribed, peaks under load; KB a socket: growth when subscribed.\n" +
      "CPU: microseconds a delivery, of the server with the NATS and PostgreSQL behind it; driver: the same of the measuring client.",
    [
      "server",
      "before",
      "subscribed",
      "steady",
      "burst",
      "KB/socket",
      "steady KB/s.",
      "nats MB",
      "CPU steady",
      "CPU burst",
      "driver burst",
    ],
    [...series].map(([name, own]) => [
      name,
      showMb(own.whole((report) => report.rssBeforeKb["app"] ?? NaN)),
      showMb(own.whole((report) => report.rssSubscribedKb["app"] ?? NaN)),
      showMb(own.of("steady", rss("app"))),
      showMb(own.of("burst", rss("app"))),
      show(own.whole((report) => perSocketKb(report))),
      show(own.whole(steadyKb)),
      showMb(own.of("burst", rss("nats"))),
      show(own.of("steady", cpuMicros)),
      show(own.of("burst", cpuMicros)),
      show(
        own.of(
          "burst",
          ({ processes, delivered }) => (processes["driver"]?.cpuSeconds ?? NaN) * 1e6 / delivered,
        ),
      ),
    ]),
  );
}

/** Growth a socket at the peak of the steady load. */
export function steadyKb(report: Run["report"]): number {
  const peak = report.loads.find(({ load }) => load === "steady")
    ?.processes["app"]?.rssMaxKb;
  return perSocketKb(report, peak ?? NaN);
}

function printOrganisations(runs: readonly Run[]): void {
  const first = runs[0]?.case.load;
  if (first === undefined) return;
  const cases = Map.groupBy(
    runs,
    (run) => `${run.report.orgs}/${run.case.server}`,
  );
  const subscribed = (own: Series) => own.whole((report) => report.rssSubscribedKb["app"] ?? NaN);
  const alone = new Map(
    SERVER_NAMES.flatMap((name) => {
      const found = cases.get(`1/${name}`);
      return found ? [[name, subscribed(new Series(found))] as const] : [];
    }),
  );
  printTable(
    `orgs: ${first.sockets} sockets spread over organisations, which have events in turn`,
    "Milliseconds from publish to read. MB of the app: subscribed, peak; KB/org: what it has more than with one organisation.\n" +
      "innstream: one JetStream consumer an organisation; innstream-process: one for all. wrong: events of another organisation.",
    [
      "server",
      "orgs",
      "events/s",
      "subscribe s",
      "p50",
      "p95",
      "p99",
      "max",
      "lost",
      "doubled",
      "wrong",
      "subscribed",
      "peak",
      "KB/org",
      "nats MB",
      "CPU us/ev",
    ],
    [...cases.values()].map((found) => {
      const own = new Series(found);
      const { server } = found[0]!.case;
      const { orgs } = found[0]!.report;
      const growth = orgs === 1 ? undefined : (subscribed(own) - (alone.get(server) ?? NaN)) / orgs;
      return [
        server,
        show(orgs),
        show(found[0]!.case.load.rate),
        show(own.whole((report) => report.subscribeSeconds)),
        ...quantileCells(own, "steady", (result) => result.latencyMs),
        ...faultCells(own),
        show(own.sum((result) => result.foreign)),
        showMb(subscribed(own)),
        showMb(own.of("steady", (result) => result.processes["app"]?.rssMaxKb ?? NaN)),
        show(growth),
        showMb(own.of("steady", (result) => result.processes["nats"]?.rssMaxKb ?? NaN)),
        show(own.of("steady", (result) => cpuMicros(result) * result.delivered / result.published)),
      ];
    }),
  );
}

function printRest(series: Map<ServerName, Series> | undefined): void {
  const own = series?.get("innstream");
  if (own === undefined) return;
  const { load } = own.runs[0]!.case;
  const row = (
    what: string,
    pick: (result: LoadResult) => Quantiles | undefined,
  ) => [
    what,
    ...quantileCells(own, "rest", pick),
    ...faultCells(own),
  ];
  printTable(
    `rest: POST /tasks/task at ${load.rate}/s -> frame at ${load.sockets} sockets`,
    "Milliseconds, every delivery counted. The commit lies between sent and response, so the time from the commit lies between the\n" +
      "first two rows: PostgreSQL, outbox, JetStream, feed and socket are all in it. A frame that comes before the response counts as 0.",
    ["from", "p50", "p95", "p99", "max", "lost", "doubled"],
    [
      row("response read", (result) => result.fromResponseMs),
      row("request sent", (result) => result.latencyMs),
      row("(the request)", (result) => result.responseMs),
    ],
  );
}

function printDrop(series: Map<ServerName, Series> | undefined): void {
  if (series === undefined) return;
  const { load } = [...series.values()][0]!.runs[0]!.case;
  printTable(
    `drop: ${load.sockets} connections cut at once, ${load.rate} events/s going on`,
    "Milliseconds from the cut until a socket is subscribed again and holds everything published by then; all dial again at once.",
    ["server", "p50", "p95", "p99", "max", "lost", "doubled", "sockets back"],
    [...series].map(([name, own]) => [
      name,
      ...quantileCells(own, "drop", (result) => result.caughtUpMs),
      ...faultCells(own),
      show(own.of("drop", (result) => result.socketsAtEnd)),
    ]),
  );
}

function quantileCells(
  own: Series,
  load: LoadName,
  pick: (result: LoadResult) => Quantiles | undefined,
): string[] {
  return (["p50", "p95", "p99", "max"] as const).map((name) =>
    show(own.of(load, (result) => pick(result)?.[name] ?? NaN))
  );
}

function faultCells(own: Series): string[] {
  return [
    show(own.sum((result) => result.lost)),
    show(own.sum((result) => result.duplicates)),
  ];
}
