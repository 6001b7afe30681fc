import { type Money, moneyOf, type Sums } from "@/lib/derived/sums.ts";

/** What the dashboard shows of a property, now and on its local day. Money is in major units of `currency`. */
export interface DashboardFigures {
  /** The property's local day, `YYYY-MM-DD`. */
  readonly day: string;
  /** RFC 3339 in UTC: the figures hold until then where nobody writes anything. */
  readonly validUntil: string;
  readonly roomsTotal: number;
  readonly roomsOccupied: number;
  readonly roomsVacant: number;
  readonly roomsCleaning: number;
  readonly roomsOutOfOrder: number;
  /** Rooms occupied, of all rooms; one decimal. */
  readonly occupancyPercent: number;
  /** Guests who are to arrive on this day, cancelled ones left out, and those of them who have. */
  readonly arrivalsToday: number;
  readonly arrivalsDone: number;
  /** Guests who came and are to leave on this day, and those of them who have. */
  readonly departuresToday: number;
  readonly departuresDone: number;
  readonly inHouse: number;
  /** Tasks open or in progress; of these the urgent ones, and those whose time has passed. */
  readonly openTasks: number;
  readonly urgentTasks: number;
  readonly overdueTasks: number;
  readonly pendingApprovals: number;
  readonly currency: string;
  readonly revenueToday: number;
  readonly expenseToday: number;
  /** Since the first of the day's month. */
  readonly revenueMonth: number;
  readonly expenseMonth: number;
  /** Of the day; only where there are any. */
  readonly otherCurrencies?: Readonly<Record<string, Money>>;
}

/** Figures of a property on one local day. */
export interface StatisticFigures {
  readonly currency: string;
  readonly revenue: number;
  readonly expense: number;
  readonly otherCurrencies?: Readonly<Record<string, Money>>;
  /** Guests who arrived, and who left. */
  readonly arrivals: number;
  readonly departures: number;
  /** Rooms that guests stayed in over the night that follows. */
  readonly roomNights: number;
  /** Of the rooms that there are now; one decimal. */
  readonly occupancyPercent: number;
  readonly tasksDone: number;
  readonly tasksCreated: number;
}

/** Counts of a property, as its rows give them. */
export interface PropertyCounts {
  readonly rooms: Readonly<Record<string, number>>;
  readonly arrivals: number;
  readonly arrived: number;
  readonly departures: number;
  readonly departed: number;
  readonly inHouse: number;
  readonly openTasks: number;
  readonly urgentTasks: number;
  readonly overdueTasks: number;
  readonly pendingApprovals: number;
  readonly revenue: Sums;
  readonly expense: Sums;
  readonly monthRevenue: Sums;
  readonly monthExpense: Sums;
}

export interface DayCounts {
  readonly revenue: Sums;
  readonly expense: Sums;
  readonly arrivals: number;
  readonly departures: number;
  readonly roomNights: number;
  readonly tasksDone: number;
  readonly tasksCreated: number;
}

export function dashboardFigures(
  counts: PropertyCounts,
  { day, validUntil, currency }: { day: string; validUntil: string; currency: string },
): DashboardFigures {
  const { rooms } = counts;
  const roomsTotal = Object.values(rooms).reduce((sum, count) => sum + count, 0);
  const roomsOccupied = rooms.occupied ?? 0;
  const { revenue, expense, ...others } = moneyOf(counts.revenue, counts.expense, currency);
  const month = moneyOf(counts.monthRevenue, counts.monthExpense, currency);
  return {
    day,
    validUntil,
    roomsTotal,
    roomsOccupied,
    roomsVacant: rooms.vacant ?? 0,
    roomsCleaning: rooms.cleaning ?? 0,
    roomsOutOfOrder: rooms.out_of_order ?? 0,
    occupancyPercent: percent(roomsOccupied, roomsTotal),
    arrivalsToday: counts.arrivals,
    arrivalsDone: counts.arrived,
    departuresToday: counts.departures,
    departuresDone: counts.departed,
    inHouse: counts.inHouse,
    openTasks: counts.openTasks,
    urgentTasks: counts.urgentTasks,
    overdueTasks: counts.overdueTasks,
    pendingApprovals: counts.pendingApprovals,
    currency,
    revenueToday: revenue,
    expenseToday: expense,
    revenueMonth: month.revenue,
    expenseMonth: month.expense,
    ...others,
  };
}

export function statisticFigures(counts: DayCounts, rooms: number, currency: string): StatisticFigures {
  const { arrivals, departures, roomNights, tasksDone, tasksCreated } = counts;
  return {
    currency,
    ...moneyOf(counts.revenue, counts.expense, currency),
    arrivals,
    departures,
    roomNights,
    occupancyPercent: percent(roomNights, rooms),
    tasksDone,
    tasksCreated,
  };
}

/** Did anything at all happen on that day? */
export function isQuiet(figures: StatisticFigures): boolean {
  const { revenue, expense, otherCurrencies, arrivals, departures, roomNights, tasksDone, tasksCreated } =
    figures;
  return otherCurrencies === undefined &&
    [revenue, expense, arrivals, departures, roomNights, tasksDone, tasksCreated].every((count) =>
      count === 0
    );
}

/** A share with one decimal; 0 of nothing. */
export function percent(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round(part / whole * 1000) / 10;
}
