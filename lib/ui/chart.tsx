import { useState } from "preact/hooks";
import {
  areaPath,
  axisTop,
  barsPath,
  CHART_HEIGHT,
  FEW_PLACES,
  linePath,
  placeAt,
} from "@/lib/ui/chart_scale.ts";

/** One line, or the bars of one colour. */
export interface Series {
  readonly label: string;
  /** One for each place along the axis; null: not known. */
  readonly values: readonly (number | null)[];
  /** What all of them come to. */
  readonly whole: number | null;
}

export interface ChartProps {
  readonly title: string;
  readonly kind: "line" | "bars";
  /** What one place is: "Day". */
  readonly unit: string;
  /** What the whole axis is: "30 days". */
  readonly span: string;
  /** Along the axis, written out. */
  readonly places: readonly string[];
  /** One or two. */
  readonly series: readonly Series[];
  /** Told beside them and not drawn. */
  readonly beside?: Series;
  readonly format: (value: number) => string;
  /** The same where there is little room. */
  readonly axisFormat: (value: number) => string;
  /** The axis ends there or further up; 100 for a share. */
  readonly least?: number;
}

/** Values along an axis. What the pointer is at stands above it in words and figures; the table behind it has them all. */
export function Chart(props: ChartProps) {
  const { title, kind, places, series, beside, span, format, axisFormat, least = 0 } = props;
  const [at, point] = useState<number | null>(null);
  const top = axisTop(series.flatMap(({ values }) => values.filter((value) => value !== null)), least);
  const shown = at !== null && at < places.length ? at : null;
  const width = Math.max(1, places.length);
  return (
    <figure class="card chart" data-chart={title}>
      <figcaption class="chart-head">
        <h2>{title}</h2>
        <span class="muted">{shown === null ? span : places[shown]}</span>
      </figcaption>
      <Legend series={series} beside={beside} at={shown} format={format} />
      <div class="chart-body">
        <div class="chart-scale figure" aria-hidden="true">
          {[top, top / 2, 0].map((value) => <span key={value}>{axisFormat(value)}</span>)}
        </div>
        <svg
          class="chart-plot"
          viewBox={`0 0 ${width} ${CHART_HEIGHT}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={`${title}, ${span}: ${series.map((one) => told(one, format)).join(", ")}`}
          onPointerMove={({ clientX, currentTarget }) => {
            const { left, width } = currentTarget.getBoundingClientRect();
            point(placeAt(clientX - left, width, places.length));
          }}
          onPointerLeave={() => point(null)}
        >
          {shown !== null && <rect class="chart-band" x={shown} y="0" width="1" height={CHART_HEIGHT} />}
          <path class="chart-grid" d={`M0 0H${width}M0 ${CHART_HEIGHT / 2}H${width}`} />
          {series.map(({ label, values }, index) => (
            <g key={label} class={`series-${index + 1}`}>
              {kind === "bars"
                ? <path class="chart-bars" d={barsPath(values, { top, index, count: series.length })} />
                : (
                  <>
                    <path class="chart-area" d={areaPath(values, top)} />
                    <path class="chart-line" d={linePath(values, top)} />
                  </>
                )}
            </g>
          ))}
          <path class="chart-ground" d={`M0 ${CHART_HEIGHT}H${width}`} />
        </svg>
        <Ends places={places} />
      </div>
      <ChartTable {...props} />
    </figure>
  );
}

/** Names along the axis: each in the middle of its place where they are few, else the ends and the middle. */
function Ends({ places }: Pick<ChartProps, "places">) {
  const isFew = places.length <= FEW_PLACES;
  const middle = Math.floor((places.length - 1) / 2);
  const shown = isFew ? places : [places[0], places[middle], places.at(-1)];
  return (
    <div class={`chart-ends${isFew ? " chart-few" : ""}`} aria-hidden="true">
      {shown.map((place) => <span key={place}>{place}</span>)}
    </div>
  );
}

interface LegendProps extends Pick<ChartProps, "series" | "format"> {
  readonly beside: Series | undefined;
  readonly at: number | null;
}

/** What each colour is, and what it comes to: in all, or where the pointer is. */
function Legend({ series, beside, at, format }: LegendProps) {
  const all = beside === undefined ? series : [...series, beside];
  return (
    <ul class="chart-legend">
      {all.map(({ label, values, whole }, index) => (
        <li key={label} class={`chart-key series-${index < series.length ? index + 1 : "none"}`}>
          <span class="chart-key-label">{label}</span>
          <strong class="figure">{said(at === null ? whole : values[at] ?? null, format)}</strong>
        </li>
      ))}
    </ul>
  );
}

function ChartTable({ title, unit, places, series, beside, format }: ChartProps) {
  const all = beside === undefined ? series : [...series, beside];
  return (
    <details class="chart-table">
      <summary>As a table</summary>
      <div class="chart-rows" tabIndex={0} role="region" aria-label={`${title}, as a table`}>
        <table>
          <thead>
            <tr>
              <th scope="col">{unit}</th>
              {all.map(({ label }) => <th key={label} scope="col" class="cell-end">{label}</th>)}
            </tr>
          </thead>
          <tbody>
            {places.map((place, at) => (
              <tr key={place}>
                <th scope="row">{place}</th>
                {all.map(({ label, values }) => (
                  <td key={label} class="cell-end figure">{said(values[at] ?? null, format)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

function told({ label, whole }: Series, format: (value: number) => string): string {
  return `${label} ${said(whole, format)}`;
}

function said(value: number | null, format: (value: number) => string): string {
  return value === null ? "–" : format(value);
}
