import type { Panel, Row } from "./panel.ts";
import { PART_ROWS } from "./rows_parts.ts";
import { PRODUCT_ROWS } from "./rows_product.ts";

export const ROWS: readonly Row[] = [...PRODUCT_ROWS, ...PART_ROWS];

/** Columns of a dashboard in Grafana. */
const COLUMNS = 24;
const PER_LINE = 3;
const PANEL_HEIGHT = 8;
const SOURCE = { type: "prometheus", uid: "${datasource}" };
/** Of the JSON, as Grafana 11 writes it; later ones read it. */
const SCHEMA_VERSION = 39;

/** The text of dashboards/innstream.json. */
export function dashboard(): string {
  let id = 0;
  let y = 0;
  const panels = ROWS.flatMap((row) => {
    const head = {
      id: ++id,
      type: "row",
      title: row.title,
      collapsed: false,
      gridPos: { x: 0, y, w: COLUMNS, h: 1 },
      panels: [],
    };
    y++;
    const width = COLUMNS / Math.min(PER_LINE, row.panels.length);
    const placed = row.panels.map((panel, i) => ({
      id: ++id,
      ...drawn(panel),
      gridPos: {
        x: i % PER_LINE * width,
        y: y + Math.floor(i / PER_LINE) * PANEL_HEIGHT,
        w: width,
        h: PANEL_HEIGHT,
      },
    }));
    y += Math.ceil(row.panels.length / PER_LINE) * PANEL_HEIGHT;
    return [head, ...placed];
  });
  return JSON.stringify({ ...HEAD, panels }, null, 2) + "\n";
}

const HEAD = {
  uid: "innstream",
  title: "Innstream",
  description: "Made by deno task ops from ops/grafana: change that.",
  tags: ["innstream"],
  schemaVersion: SCHEMA_VERSION,
  editable: false,
  graphTooltip: 1,
  refresh: "30s",
  time: { from: "now-1h", to: "now" },
  timezone: "browser",
  templating: {
    list: [
      { name: "datasource", label: "Prometheus", type: "datasource", query: "prometheus", hide: 0 },
      {
        name: "instance",
        label: "Instance",
        type: "query",
        datasource: SOURCE,
        query: { query: "label_values(innstream_build_info, instance)", refId: "instances" },
        refresh: 2,
        sort: 1,
        multi: true,
        includeAll: true,
        allValue: ".*",
        current: { text: "All", value: "$__all" },
        hide: 0,
      },
    ],
  },
  annotations: {
    list: [{
      name: "Alerts",
      datasource: SOURCE,
      enable: true,
      iconColor: "red",
      expr: 'ALERTS{alertname=~"Innstream.*|Streaming.*",alertstate="firing"}',
      titleFormat: "{{alertname}}",
      textFormat: "{{severity}} {{instance}}",
    }],
  },
};

function drawn(panel: Panel) {
  const { title, description, kind, unit, queries, limit, max, stacked = false } = panel;
  return {
    type: kind,
    title,
    description,
    datasource: SOURCE,
    targets: queries.map(({ expr, legend }, i) => ({
      refId: String.fromCharCode("A".charCodeAt(0) + i),
      datasource: SOURCE,
      expr,
      legendFormat: legend,
      // A moment's value is enough where only the last one is shown.
      ...(kind === "timeseries" ? { range: true } : { instant: true }),
    })),
    fieldConfig: {
      defaults: {
        unit,
        min: 0,
        ...(max !== undefined && { max }),
        thresholds: {
          mode: "absolute",
          steps: [
            { color: "green", value: null },
            ...(limit === undefined ? [] : [{ color: "red", value: limit }]),
          ],
        },
        ...(kind === "timeseries" && {
          custom: {
            drawStyle: "line",
            lineWidth: 1,
            fillOpacity: stacked ? 40 : 5,
            showPoints: "never",
            stacking: { mode: stacked ? "normal" : "none", group: "A" },
            thresholdsStyle: { mode: limit === undefined ? "off" : "line" },
          },
        }),
      },
      overrides: [],
    },
    options: kind === "timeseries"
      ? {
        legend: { displayMode: "list", placement: "bottom", showLegend: true },
        tooltip: { mode: "multi", sort: "desc" },
      }
      : { reduceOptions: { calcs: ["lastNotNull"], fields: "", values: false } },
  };
}
