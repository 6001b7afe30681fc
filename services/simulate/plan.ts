import type { Service } from "@/lib/protocol/services.ts";
import type { Act } from "@/services/simulate/act.ts";
import { type Habit, HABITS, type Moment } from "@/services/simulate/day.ts";

/** One act in five is another system's event. */
export const TELL_SHARE = 0.2;
/** Weight of what is done outside of its hours. */
const ODD_HOURS = 0.05;
const MINUTES_OF_HOUR = 60;
const HOURS_OF_DAY = 24;
/** What another system tells about; the rest of a record is for the API alone. */
const TOLD: readonly (readonly [service: Service, entity: string])[] = [
  ["tasks", "task"],
  ["guest", "guest"],
  ["properties", "room"],
  ["finance", "revenue"],
  ["staff", "employee"],
];
/** Of a record that the API keeps nobody else publishes versions. */
const HEAD = new Set(["version", "createdAt", "updatedAt", "createdBy", "amountMinor"]);

export interface PlanOptions {
  /** Only what concerns these. */
  readonly services: ReadonlySet<Service>;
  /** Is there a way to tell by NATS? */
  readonly tells: boolean;
}

/** What happens next at this minute of the hotel's day; the same for the same dice and the same history. */
export function nextAct(moment: Moment, minute: number, { services, tells }: PlanOptions): Act | undefined {
  if (tells && moment.dice.chance(TELL_SHARE)) return told(moment, services);
  const hour = Math.floor(minute / MINUTES_OF_HOUR) % HOURS_OF_DAY;
  let habits = HABITS.filter(({ service }) => services.has(service));
  while (habits.length > 0) {
    const habit = pickHabit(habits, hour, moment);
    const act = habit.make(moment);
    if (act !== undefined) return { service: habit.service, entity: habit.entity, ...act };
    habits = habits.filter((other) => other !== habit);
  }
  return undefined;
}

function pickHabit(habits: readonly Habit[], hour: number, { dice }: Moment): Habit {
  const weights = habits.map(({ weight, hours: [from, until] }) => {
    return hour >= from && hour < until ? weight : weight * ODD_HOURS;
  });
  let rest = dice.roll() * weights.reduce((sum, weight) => sum + weight, 0);
  const index = weights.findIndex((weight) => (rest -= weight) < 0);
  return habits[index] ?? habits[0]!;
}

/** An event about a record as it is: what clients show stays what the database has. */
function told({ mirror, dice }: Moment, services: ReadonlySet<Service>): Act | undefined {
  const some = TOLD.filter(([service, entity]) => services.has(service) && mirror.all(entity).length > 0);
  if (some.length === 0) return undefined;
  const [service, entity] = dice.pick(some);
  const record = dice.pick(mirror.all(entity));
  const body = Object.fromEntries(Object.entries(record).filter(([name]) => !HEAD.has(name)));
  return { service, entity, verb: "tell", id: record.id, propertyId: record.propertyId, body };
}
