import type { ClientRecord } from "@/lib/client/collection.ts";
import type { SideFigures } from "@/lib/derived/report_figures.ts";
import { capital, spaced } from "@/lib/live/words.ts";
import { failureOf, progressOf, type ShownFigures, shownFigures } from "@/lib/pages/reports/figures.ts";
import { monthName, spanName } from "@/lib/pages/reports/periods.ts";
import { Chart } from "@/lib/ui/chart.tsx";
import { Money } from "@/lib/ui/figures.tsx";
import { useFrame } from "@/lib/ui/frame_context.ts";
import { Icon } from "@/lib/ui/icon.tsx";
import {
  currencyFormat,
  shortCurrencyFormat,
  tileCurrencyFormat,
  wholeFormat,
} from "@/lib/ui/number_formats.ts";
import { ProgressBar } from "@/lib/ui/progress_bar.tsx";
import { ShareBar } from "@/lib/ui/share_bar.tsx";
import { StatTile } from "@/lib/ui/stat_tile.tsx";
import { Tag } from "@/lib/ui/tag.tsx";

/** Where a report that is ready can be fetched for a spreadsheet. */
export function csvPath({ id }: ClientRecord): string {
  return `/reports/report/${id}/csv`;
}

export interface OpenedProps {
  readonly report: ClientRecord;
  readonly onClose: () => void;
  /** undefined: this person may not. */
  readonly onRemove: (() => void) | undefined;
}

/** One report: on its way, failed, or with all its figures. */
export function Opened({ report, onClose, onRemove }: OpenedProps) {
  const { data: { currency }, placeOf, propertyName } = useFrame();
  const { startsOn, endsOn, status, propertyId, figures } = report;
  const name = spanName({ startsOn: String(startsOn), endsOn: String(endsOn) }, placeOf(propertyId));
  const place = propertyName(propertyId);
  return (
    <section class="card opened" data-report={report.id} aria-labelledby="opened">
      <header class="opened-head">
        <div class="opened-name">
          <h2 id="opened" tabIndex={-1}>{name}</h2>
          {place !== "" && <bdi class="muted">{place}</bdi>}
        </div>
        {status === "ready" && (
          <a class="button" href={csvPath(report)} download>
            <Icon name="download" />CSV
          </a>
        )}
        {onRemove && (
          <button
            type="button"
            class="icon-button script-only"
            aria-label="Remove this report"
            onClick={onRemove}
          >
            <Icon name="trash" />
          </button>
        )}
        <button type="button" class="icon-button script-only" aria-label="Close" onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      {status === "ready"
        ? <Figures figures={shownFigures(figures, currency)} />
        : status === "failed"
        ? (
          <p class="opened-state">
            <Tag state="failed" /> <bdi>{failureOf(figures) ?? "The report could not be computed"}</bdi>
          </p>
        )
        : (
          <div class="opened-state">
            <ProgressBar label={`Report of ${name}`} percent={progressOf(figures)} />
            <span class="muted">Being added up. You may leave: it will stand in the list.</span>
          </div>
        )}
    </section>
  );
}

function Figures({ figures }: { figures: ShownFigures }) {
  const { data: { locale }, placeOf } = useFrame();
  const { currency, revenue, expense, result, periods, others } = figures;
  const money = currencyFormat(locale, currency);
  const tile = tileCurrencyFormat(locale, currency);
  const series = (label: string, values: readonly number[], whole: number) => ({ label, values, whole });
  const periodName = (name: string) =>
    name.length === "2026-11".length ? monthName(name, placeOf(null)) : name;
  return (
    <div class="opened-body">
      <div class="stats">
        <StatTile label="Revenue" value={revenue.total} format={tile}>{entries(revenue, locale)}</StatTile>
        <StatTile label="Expenses" value={expense.total} format={tile}>{entries(expense, locale)}</StatTile>
        <StatTile label="Result" value={result} format={tile} tone={result < 0 ? "bad" : undefined}>
          revenue less expenses
        </StatTile>
      </div>
      {periods.length > 1 && (
        <Chart
          title={periods[0]!.name.length === "2026".length ? "By year" : "By month"}
          kind="bars"
          unit={periods[0]!.name.length === "2026".length ? "Year" : "Month"}
          span={`${periodName(periods[0]!.name)} – ${periodName(periods.at(-1)!.name)}`}
          places={periods.map(({ name }) => periodName(name))}
          series={[
            series("Revenue", periods.map(({ revenue }) => revenue), revenue.total),
            series("Expenses", periods.map(({ expense }) => expense), expense.total),
          ]}
          beside={series("Result", periods.map(({ result }) => result), result)}
          format={money}
          axisFormat={shortCurrencyFormat(locale, currency)}
        />
      )}
      <div class="categories">
        <Categories title="Revenue by category" side={revenue} currency={currency} />
        <Categories title="Expenses by category" side={expense} currency={currency} />
      </div>
      {others.length > 0 && (
        <p class="muted">
          Not in these sums: {others.map(([code, sums]) => (
            <span key={code} class="other">
              revenue <Money amount={sums.revenue} currency={code} />, expenses{" "}
              <Money amount={sums.expense} currency={code} />
            </span>
          ))}
        </p>
      )}
    </div>
  );
}

function Categories({ title, side, currency }: { title: string; side: SideFigures; currency: string }) {
  const { data: { locale } } = useFrame();
  const share = (total: number) => side.total > 0 ? Math.max(0, total) : 0;
  return (
    <table class="category-table">
      <caption>{title}</caption>
      <thead class="hidden">
        <tr>
          <th scope="col">Category</th>
          <th scope="col">Amount</th>
        </tr>
      </thead>
      <tbody>
        {side.byCategory.length === 0 && (
          <tr>
            <td class="muted">Nothing in these days</td>
          </tr>
        )}
        {side.byCategory.map(({ category, total, count }) => (
          <tr key={category}>
            <th scope="row">
              <span class="category-name">
                <bdi>{capital(spaced(category))}</bdi>{" "}
                <span class="muted figure">{wholeFormat(locale)(count)}</span>
              </span>
              <ShareBar
                shares={[{ label: category, count: share(total), tone: "info" }]}
                whole={side.total}
              />
            </th>
            <td class="figure">
              <Money amount={total} currency={currency} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function entries({ count }: SideFigures, locale: string): string {
  return count === 1 ? "1 entry" : `${wholeFormat(locale)(count)} entries`;
}
