import { DEMO_USERS, LAGOON, SAHYADRI } from "@/services/demo/users.ts";
import { connectPool, type Transaction } from "@/services/postgres/pool.ts";
import { inTenant } from "@/services/postgres/tenant.ts";

/** Stands in `createdBy` of every seeded record. */
const SEEDED_BY = "demo-seed";

interface Hotel {
  readonly property: { readonly id: number; readonly name: string; readonly address: string };
  /** Number and kind. */
  readonly rooms: readonly (readonly [string, string])[];
  /** Name and position. */
  readonly employees: readonly (readonly [string, string])[];
  /** Name, and the number of the room for who is checked in. */
  readonly guests: readonly (readonly [string, string | null])[];
  /** Title and priority. */
  readonly tasks: readonly (readonly [string, string])[];
  /** Category, description and amount in minor units. */
  readonly revenues: readonly (readonly [string, string, number])[];
  readonly expenses: readonly (readonly [string, string, number])[];
}

interface Organisation {
  readonly id: number;
  readonly name: string;
  readonly locale: string;
  readonly currency: string;
}

const HOTELS: ReadonlyMap<Organisation, readonly Hotel[]> = new Map<Organisation, readonly Hotel[]>([
  [SAHYADRI, [
    {
      property: { id: 1, name: "Sahyadri Ridge Resort", address: "Ghat Road 14, Lonavala" },
      rooms: [["101", "standard"], ["102", "standard"], ["103", "deluxe"], ["201", "deluxe"], [
        "202",
        "suite",
      ]],
      employees: [["Kavya Joshi", "Front desk"], ["Arjun Pawar", "Housekeeping"], ["Nikhil Rane", "Kitchen"]],
      guests: [["Rohan Kapadia", "101"], ["Elena Marchetti", "202"], ["Farah Sheikh", null]],
      tasks: [["Prepare room 103 for arrival", "high"], ["Check the pool pump", "normal"]],
      revenues: [["rooms", "Two nights, room 101", 1_180_000], ["food", "Dinner for four", 425_050]],
      expenses: [["supplies", "Linen for the upper floor", 310_000]],
    },
    {
      property: { id: 2, name: "Sahyadri City Inn", address: "Fergusson Lane 3, Pune" },
      rooms: [["1", "standard"], ["2", "standard"], ["3", "family"]],
      employees: [["Sunita Kale", "Front desk"], ["Imran Shaikh", "Maintenance"]],
      guests: [["Priya Nambiar", "2"], ["Daniel Okafor", null]],
      tasks: [["Replace the lobby lamp", "low"]],
      revenues: [["rooms", "One night, room 2", 390_000]],
      expenses: [["repairs", "Lift inspection", 850_000]],
    },
  ]],
  [LAGOON, [
    {
      property: { id: 1, name: "Lagoon Backwater House", address: "Jetty Road 8, Kumarakom" },
      rooms: [["A1", "lake view"], ["A2", "lake view"], ["B1", "garden"]],
      employees: [["Thomas Kurian", "Front desk"], ["Anju Mathew", "Housekeeping"]],
      guests: [["Grace Whitfield", "A1"], ["Vikram Sethi", null]],
      tasks: [["Book the houseboat for Sunday", "high"]],
      revenues: [["rooms", "Three nights, room A1", 2_760_000]],
      expenses: [["fuel", "Diesel for the boat", 145_000]],
    },
  ]],
]);

/**
 * Puts the invented demo organisations into an empty database; one that is there already is left as it is. Writes no
 * events. Answers a line that says what it did.
 */
export async function seedDemo(ownerUrl: string): Promise<string> {
  const sql = connectPool(ownerUrl, { max: 1, applicationName: "innstream-seed" });
  try {
    const seeded: string[] = [];
    for (const [organisation, hotels] of HOTELS) {
      const fresh = await inTenant(sql, organisation.id, (tx) => seedOrganisation(tx, organisation, hotels));
      if (fresh) seeded.push(organisation.name);
    }
    return seeded.length === 0 ? "the demo data is there already" : `added ${seeded.join(" and ")}`;
  } finally {
    await sql.end();
  }
}

async function seedOrganisation(
  tx: Transaction,
  organisation: Organisation,
  hotels: readonly Hotel[],
): Promise<boolean> {
  const added = await tx`insert into organisations ${
    tx(organisation)
  } on conflict (id) do nothing returning id`;
  if (added.length === 0) return false;
  const head = { org_id: organisation.id, created_by: SEEDED_BY };
  const people = DEMO_USERS.filter(({ orgId }) => orgId === organisation.id).map((user) => ({
    ...head,
    login: user.userId,
    name: user.name,
    role: user.role,
    properties: user.properties === "*" ? null : [...user.properties],
    active: true,
  }));
  await tx`insert into users ${tx(people)}`;
  const theme = {
    name: organisation.name,
    primary_color: "#14532d",
    accent_color: "#f59e0b",
    mode: "system",
  };
  await tx`insert into themes ${tx({ ...head, ...theme })}`;
  for (const hotel of hotels) await seedHotel(tx, organisation, hotel);
  return true;
}

async function seedHotel(
  tx: Transaction,
  { id: orgId, currency }: Organisation,
  hotel: Hotel,
): Promise<void> {
  const { property } = hotel;
  await tx`insert into properties ${
    tx({ ...property, org_id: orgId, timezone: "Asia/Kolkata", created_by: SEEDED_BY })
  }`;
  const head = { org_id: orgId, property_id: property.id, created_by: SEEDED_BY };
  const now = new Date();
  const taken = new Set(hotel.guests.map(([, room]) => room));
  const rooms = hotel.rooms.map(([number, kind]) => {
    return {
      ...head,
      number,
      kind,
      floor: "",
      capacity: 2,
      status: taken.has(number) ? "occupied" : "vacant",
    };
  });
  const numbered = await tx<{ id: number; number: string }[]>`insert into rooms ${
    tx(rooms)
  } returning id, number`;
  const roomOf = new Map(numbered.map(({ id, number }) => [number, id]));
  const guests = hotel.guests.map(([name, room]) => {
    const status = room === null ? "expected" : "checked_in";
    return { ...head, name, room_id: room === null ? null : roomOf.get(room) ?? null, status, notes: "" };
  });
  await tx`insert into guests ${tx(guests)}`;
  const employees = hotel.employees.map(([name, position]) => ({
    ...head,
    name,
    position,
    status: "active",
  }));
  await tx`insert into employees ${tx(employees)}`;
  const tasks = hotel.tasks.map(([title, priority]) => ({
    ...head,
    title,
    priority,
    description: "",
    status: "open",
  }));
  await tx`insert into tasks ${tx(tasks)}`;
  const money = ([category, description, amount_minor]: readonly [string, string, number]) => {
    return { ...head, category, description, amount_minor, currency, occurred_at: now };
  };
  await tx`insert into revenues ${tx(hotel.revenues.map(money))}`;
  await tx`insert into expenses ${tx(hotel.expenses.map((row) => ({ ...money(row), vendor: "" })))}`;
}
