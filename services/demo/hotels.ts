import { LAGOON, SAHYADRI } from "@/services/demo/users.ts";

export interface Organisation {
  readonly id: number;
  readonly name: string;
  readonly locale: string;
  readonly currency: string;
}

/** A guest of the demo who is always there: arrives and departs so many days from today, in a room. */
export interface KnownGuest {
  readonly name: string;
  readonly room: string;
  readonly arrives: number;
  readonly departs: number;
}

/** What is written down of a demo hotel; its month follows from it by chance. */
export interface Hotel {
  readonly property: { readonly id: number; readonly name: string; readonly address: string };
  /** Number, kind and floor. */
  readonly rooms: readonly (readonly [number: string, kind: string, floor: string])[];
  /** Name and position. */
  readonly employees: readonly (readonly [string, string])[];
  readonly guests: readonly KnownGuest[];
  /** Title and priority. */
  readonly tasks: readonly (readonly [string, string])[];
  /** Category, description and amount in minor units. */
  readonly revenues: readonly (readonly [string, string, number])[];
  readonly expenses: readonly (readonly [string, string, number])[];
  /** Of a night, in minor units, by kind of room. */
  readonly rates: Readonly<Record<string, number>>;
}

export const DEMO_ZONE = "Asia/Kolkata";

const RIDGE: Hotel = {
  property: { id: 1, name: "Sahyadri Ridge Resort", address: "Ghat Road 14, Lonavala" },
  rooms: [
    ...row("1", ["101", "102"], "standard"),
    ...row("1", ["103"], "deluxe"),
    ...row("1", ["104", "105", "106", "107", "108"], "standard"),
    ...row("2", ["201"], "deluxe"),
    ...row("2", ["202"], "suite"),
    ...row("2", ["203", "204", "205", "206"], "deluxe"),
    ...row("2", ["207", "208"], "suite"),
    ...row("3", ["301", "302", "303", "304"], "standard"),
    ...row("3", ["305", "306", "307", "308"], "deluxe"),
  ],
  employees: [
    ["Kavya Joshi", "Front desk"],
    ["Arjun Pawar", "Housekeeping"],
    ["Nikhil Rane", "Kitchen"],
    ["Shreya Gokhale", "Front desk"],
    ["Manoj Shinde", "Housekeeping"],
    ["Rupali Jadhav", "Housekeeping"],
    ["Faisal Ansari", "Maintenance"],
    ["Deepa Iyer", "Restaurant"],
    ["Sanjay Mhatre", "Kitchen"],
    ["Anita D'Costa", "Spa"],
    ["Prakash More", "Night desk"],
    ["Vaishali Kadam", "Accounts"],
  ],
  guests: [
    { name: "Rohan Kapadia", room: "101", arrives: -1, departs: 1 },
    { name: "Elena Marchetti", room: "202", arrives: -2, departs: 2 },
    { name: "Farah Sheikh", room: "103", arrives: 0, departs: 3 },
  ],
  tasks: [["Prepare room 103 for arrival", "high"], ["Check the pool pump", "normal"]],
  revenues: [["rooms", "Two nights, room 101", 1_180_000], ["food", "Dinner for four", 425_050]],
  expenses: [["supplies", "Linen for the upper floor", 310_000]],
  rates: { standard: 590_000, deluxe: 820_000, suite: 1_450_000 },
};

const CITY: Hotel = {
  property: { id: 2, name: "Sahyadri City Inn", address: "Fergusson Lane 3, Pune" },
  rooms: [
    ...row("G", ["1", "2"], "standard"),
    ...row("G", ["3"], "family"),
    ...row("1", ["4", "5", "6", "7"], "standard"),
    ...row("2", ["8", "9"], "family"),
    ...row("2", ["10", "11", "12"], "standard"),
  ],
  employees: [
    ["Sunita Kale", "Front desk"],
    ["Imran Shaikh", "Maintenance"],
    ["Gauri Phadke", "Housekeeping"],
    ["Rakesh Yadav", "Housekeeping"],
    ["Neha Sathe", "Restaurant"],
    ["Ashok Gaikwad", "Night desk"],
    ["Lata Bhide", "Kitchen"],
  ],
  guests: [
    { name: "Priya Nambiar", room: "2", arrives: -1, departs: 0 },
    { name: "Daniel Okafor", room: "3", arrives: 0, departs: 2 },
  ],
  tasks: [["Replace the lobby lamp", "low"]],
  revenues: [["rooms", "One night, room 2", 390_000]],
  expenses: [["repairs", "Lift inspection", 850_000]],
  rates: { standard: 390_000, family: 540_000 },
};

const BACKWATER: Hotel = {
  property: { id: 1, name: "Lagoon Backwater House", address: "Jetty Road 8, Kumarakom" },
  rooms: [
    ...row("A", ["A1", "A2", "A3", "A4", "A5"], "lake view"),
    ...row("B", ["B1", "B2", "B3", "B4", "B5"], "garden"),
  ],
  employees: [
    ["Thomas Kurian", "Front desk"],
    ["Anju Mathew", "Housekeeping"],
    ["Biju Chacko", "Boats"],
    ["Reshma Nair", "Kitchen"],
    ["Sajan Varkey", "Restaurant"],
    ["Mini Joseph", "Housekeeping"],
  ],
  guests: [
    { name: "Grace Whitfield", room: "A1", arrives: -2, departs: 1 },
    { name: "Vikram Sethi", room: "B1", arrives: 1, departs: 4 },
  ],
  tasks: [["Book the houseboat for Sunday", "high"]],
  revenues: [["rooms", "Three nights, room A1", 2_760_000]],
  expenses: [["fuel", "Diesel for the boat", 145_000]],
  rates: { "lake view": 920_000, garden: 610_000 },
};

export const HOTELS: ReadonlyMap<Organisation, readonly Hotel[]> = new Map<Organisation, readonly Hotel[]>([
  [SAHYADRI, [RIDGE, CITY]],
  [LAGOON, [BACKWATER]],
]);

function row(floor: string, numbers: readonly string[], kind: string) {
  return numbers.map((number) => [number, kind, floor] as const);
}
