import type { Taken } from "@/bench/common/taken.ts";
import type { Table } from "@/bench/common/table.ts";

/** Of a chart, in its own units. */
const WIDTH = 900;
const HEIGHT = 200;
const STYLE =
  "body{font:15px system-ui;max-width:960px;margin:2em auto;padding:0 1em}table{border-collapse:collapse}" +
  "td,th{padding:.2em .8em;text-align:right;border-bottom:1px solid #ddd}td:first-child,th:first-child{text-align:left}" +
  "svg{width:100%;border:1px solid #ddd}polyline{fill:none;stroke-width:2}";
const COLOURS = ["#1a5fb4", "#c64600", "#26a269", "#813d9c"];

export interface Charted {
  readonly title: string;
  readonly tables: readonly Table[];
  /** Of each second, by kind of process. */
  readonly samples: readonly Readonly<Record<string, Taken>>[];
}

/** The figures of a run as a page that needs nothing beside it. */
export function reportHtml({ title, tables, samples }: Charted): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${
    escaped(title)
  }</title><style>${STYLE}</style>
<h1>${escaped(title)}</h1>
${tables.map(table).join("\n")}
${chart("CPU, percent of one core", samples, ({ core }) => core)}
${chart("Memory, MB", samples, ({ mb }) => mb)}
</html>
`;
}

function table({ title, about, columns, rows }: Table): string {
  const row = (cells: readonly string[], tag: "th" | "td") =>
    `<tr>${cells.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join("")}</tr>`;
  return `<h2>${escaped(title)}</h2><p>${escaped(about)}</p><table>${row(columns, "th")}${
    rows.map((cells) => row(cells, "td")).join("")
  }</table>`;
}

/** A line for each kind of process over the seconds of the load. */
function chart(title: string, samples: Charted["samples"], of: (taken: Taken) => number): string {
  const kinds = [...new Set(samples.flatMap((sample) => Object.keys(sample)))];
  if (kinds.length === 0) return "";
  const values = (kind: string) => samples.map((sample) => sample[kind] === undefined ? 0 : of(sample[kind]));
  const most = Math.max(1, ...kinds.flatMap(values));
  const lines = kinds.map((kind, at) => {
    const points = values(kind).map((value, second) => {
      const x = WIDTH * second / Math.max(1, samples.length - 1);
      return `${x.toFixed(1)},${(HEIGHT * (1 - value / most)).toFixed(1)}`;
    });
    return `<polyline stroke="${COLOURS[at % COLOURS.length]}" points="${points.join(" ")}"/>`;
  });
  const names = kinds.map((kind, at) =>
    `<span style="color:${COLOURS[at % COLOURS.length]}">${escaped(kind)}</span>`
  );
  return `<h2>${escaped(title)}</h2><p>${names.join(", ")}; the top is ${
    most.toFixed(0)
  }, the width ${samples.length} s</p>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(title)}">${lines.join("")}</svg>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
