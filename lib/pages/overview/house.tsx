import { formatTime } from "@/lib/live/formats.ts";
import type { ClientRecord } from "@/lib/client/collection.ts";
import { figureOf } from "@/lib/ui/figure_of.ts";
import { Rolling } from "@/lib/ui/figures.tsx";
import { useFrame } from "@/lib/ui/frame_context.ts";
import { shortCurrencyFormat, tileCurrencyFormat, wholeFormat } from "@/lib/ui/number_formats.ts";
import { hrefOf } from "@/lib/ui/pages.ts";
import { type Share, ShareBar } from "@/lib/ui/share_bar.tsx";
import { StatTile } from "@/lib/ui/stat_tile.tsx";

export interface HouseProps {
  readonly id: number;
  readonly name: string;
  /** Of `dashboard.metrics`; undefined: it is being computed for the first time. */
  readonly metrics: ClientRecord | undefined;
}

/** One property at a glance. */
export function House({ id, name, metrics }: HouseProps) {
  const { data: { services }, now, placeOf } = useFrame();
  const figure = (figureName: string) => figureOf(metrics?.figures, figureName);
  const at = new Date(now).toISOString();
  return (
    <section class="card house" data-entity="metrics" data-id={id} aria-labelledby={`house-${id}`}>
      <header class="house-head">
        <h2 id={`house-${id}`} dir="auto">{name}</h2>
        <span class="muted figure">{formatTime(at, "moment", placeOf(id))}</span>
      </header>
      <Rooms id={id} figure={figure} />
      <div class="house-figures">
        <People id={id} figure={figure} />
        {services.includes("finance") && <Cash id={id} figure={figure} metrics={metrics} />}
      </div>
    </section>
  );
}

interface PartProps {
  readonly id: number;
  readonly figure: (name: string) => number | null;
}

/** Occupancy, and what the rooms are at. */
function Rooms({ id, figure }: PartProps) {
  const { data: { services, locale } } = useFrame();
  const whole = wholeFormat(locale);
  const total = figure("roomsTotal");
  const occupied = figure("roomsOccupied");
  const shares: readonly Share[] = [
    { label: "occupied", count: occupied ?? 0, tone: "info" },
    { label: "vacant", count: figure("roomsVacant") ?? 0, tone: "good" },
    { label: "cleaning", count: figure("roomsCleaning") ?? 0, tone: "warn" },
    { label: "out of order", count: figure("roomsOutOfOrder") ?? 0, tone: "bad" },
  ];
  const percent = figure("occupancyPercent");
  const content = (
    <>
      <span class="stat-label">Occupancy</span>
      <span class="house-percent stat-value">
        {percent === null
          ? <span class="muted">–</span>
          : <Rolling value={percent} format={(value) => `${whole(value)} %`} />}
        <span class="house-of">
          {total === null || occupied === null
            ? "being counted"
            : total === 0
            ? "no rooms yet"
            : `${whole(occupied)} of ${whole(total)} rooms`}
        </span>
      </span>
      <ShareBar shares={shares} />
      <span class="house-shares">
        {shares.map(({ label, count, tone }) => (
          <span key={label} class={`tag tag-${tone}`}>
            <span class="figure">{whole(count)}</span> {label}
          </span>
        ))}
      </span>
    </>
  );
  return services.includes("properties")
    ? <a class="house-rooms" href={hrefOf("/rooms", id)}>{content}</a>
    : <div class="house-rooms">{content}</div>;
}

function People({ id, figure }: PartProps) {
  const { data: { services, locale } } = useFrame();
  const whole = wholeFormat(locale);
  const guests = services.includes("guest") ? hrefOf("/guests", id) : undefined;
  const open = figure("openTasks");
  const urgent = figure("urgentTasks") ?? 0;
  const overdue = figure("overdueTasks") ?? 0;
  const done = (name: "arrivals" | "departures") => {
    const all = figure(`${name}Today`);
    const done = figure(`${name}Done`);
    const isKnown = all !== null && done !== null;
    return {
      value: done,
      format: (value: number) => `${whole(value)} of ${whole(all ?? 0)}`,
      left: isKnown ? Math.max(0, all - done) : null,
    };
  };
  const arrivals = done("arrivals");
  const departures = done("departures");
  return (
    <>
      <StatTile label="Arrivals" value={arrivals.value} format={arrivals.format} href={guests}>
        {arrivals.left !== null &&
          (arrivals.left > 0 ? `${whole(arrivals.left)} expected` : "nobody expected")}
      </StatTile>
      <StatTile label="Departures" value={departures.value} format={departures.format} href={guests}>
        {departures.left !== null &&
          (departures.left > 0 ? `${whole(departures.left)} to leave` : "nobody to leave")}
      </StatTile>
      <StatTile label="In house" value={figure("inHouse")} format={whole} href={guests}>guests</StatTile>
      <StatTile
        label="Open tasks"
        value={open}
        format={whole}
        href={services.includes("tasks") ? hrefOf("/tasks", id) : undefined}
      >
        {open !== null && (
          <>
            <span class={urgent > 0 ? "house-warn" : undefined}>{whole(urgent)} urgent</span>,{" "}
            <span class={overdue > 0 ? "house-bad" : undefined}>{whole(overdue)} overdue</span>
          </>
        )}
      </StatTile>
    </>
  );
}

function Cash({ id, figure, metrics }: PartProps & { metrics: ClientRecord | undefined }) {
  const { data: { locale, currency: home } } = useFrame();
  const { currency = home } = (metrics?.figures ?? {}) as { readonly currency?: string };
  const money = tileCurrencyFormat(locale, currency);
  const short = shortCurrencyFormat(locale, currency);
  const revenue = figure("revenueMonth");
  const expense = figure("expenseMonth");
  const approvals = figure("pendingApprovals");
  const href = (view: string) => hrefOf("/finance", id, { view });
  return (
    <>
      <StatTile label="Revenue today" value={figure("revenueToday")} format={money} href={href("revenue")}>
        {revenue !== null && `${short(revenue)} this month`}
      </StatTile>
      <StatTile label="Expenses today" value={figure("expenseToday")} format={money} href={href("expenses")}>
        {expense !== null && `${short(expense)} this month`}
      </StatTile>
      <StatTile
        label="Result this month"
        value={revenue === null || expense === null ? null : revenue - expense}
        format={money}
        href={href("revenue")}
      >
        {revenue !== null && "after expenses"}
      </StatTile>
      <StatTile
        label="Approvals"
        value={approvals}
        format={wholeFormat(locale)}
        href={href("approvals")}
        tone={approvals !== null && approvals > 0 ? "warn" : undefined}
      >
        {approvals !== null && (approvals > 0 ? "wait for a decision" : "nothing waits")}
      </StatTile>
    </>
  );
}
