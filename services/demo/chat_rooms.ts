import { ABOUT_A_ROOM, EVERYDAY, NIGHT_HANDOVER, type Scene, WEDDING } from "@/services/demo/chat_scenes.ts";

/** A room of the demo in which people have talked. */
export interface DemoRoom {
  /** Of the property; of a hotel room its number as well; of a topic its name. */
  readonly about:
    | { readonly kind: "property"; readonly property: number }
    | { readonly kind: "room"; readonly property: number; readonly number: string }
    | { readonly kind: "topic"; readonly property: number | null; readonly name: string };
  readonly scenes: readonly Scene[];
  readonly end?: Scene;
  readonly messages: number;
  readonly days: number;
  /** Of a topic, its owner first; a position stands for everybody who has it. */
  readonly members?: readonly string[];
  /** Messages that people of the demo have yet to read, unless they spoke later; the others have read by chance. */
  readonly unread: Readonly<Record<string, number>>;
}

/** One room is long enough to scroll in. */
const LONG_ROOM_MESSAGES = 1000;
const ROOM_MESSAGES = 150;

const RIDGE_NOW: Scene = {
  cast: ["kavya.joshi", "meera", "tomas", "arjun.pawar"],
  lines: [
    { by: 0, text: "{to}, the invoice for the linen of the upper floor waits for your approval", to: 1 },
    { by: 3, text: "The linen itself is here and counted", reply: 0 },
    { by: 0, text: "{to}: keys for the group are in the left drawer", to: 2 },
    { by: 3, text: "103 is next on my list, for Farah Sheikh" },
  ],
};
const CITY_NOW: Scene = {
  cast: ["imran.shaikh", "meera", "sunita.kale"],
  lines: [
    { by: 0, text: "The lamp for the lobby has come" },
    { by: 0, text: "{to}, may I close the lobby for an hour on Monday morning?", to: 1 },
    { by: 2, text: "Before seven nobody would notice", reply: 1 },
  ],
};
const BACKWATER_NOW: Scene = {
  cast: ["biju.chacko", "leela", "thomas.kurian"],
  lines: [
    { by: 2, text: "Six people want the houseboat on Sunday, is it free?" },
    { by: 0, text: "It is. Diesel is for two trips", reply: 0 },
    { by: 0, text: "{to}, I need somebody for the jetty at six", to: 1 },
  ],
};

/** Rooms by organisation. */
export const DEMO_ROOMS: ReadonlyMap<number, readonly DemoRoom[]> = new Map<number, readonly DemoRoom[]>([
  [1, [
    {
      about: { kind: "property", property: 1 },
      scenes: EVERYDAY,
      end: RIDGE_NOW,
      messages: LONG_ROOM_MESSAGES,
      days: 14,
      unread: { meera: 4, tomas: 2, ishan: 9 },
    },
    {
      about: { kind: "property", property: 2 },
      scenes: EVERYDAY,
      end: CITY_NOW,
      messages: ROOM_MESSAGES,
      days: 5,
      unread: { meera: 3, ishan: 0 },
    },
    {
      about: { kind: "room", property: 1, number: "103" },
      scenes: ABOUT_A_ROOM,
      messages: 10,
      days: 6,
      unread: { meera: 0, tomas: 1, ishan: 10 },
    },
    {
      about: { kind: "room", property: 1, number: "202" },
      scenes: ABOUT_A_ROOM,
      messages: 6,
      days: 9,
      unread: { meera: 0, tomas: 0, ishan: 0 },
    },
    {
      about: { kind: "topic", property: 1, name: "Night handover" },
      scenes: NIGHT_HANDOVER,
      messages: 40,
      days: 7,
      members: ["meera", "tomas", "Night desk", "Front desk", "Maintenance"],
      unread: { meera: 2, tomas: 0 },
    },
    {
      about: { kind: "topic", property: null, name: "Wedding 14 December" },
      scenes: WEDDING,
      messages: 14,
      days: 4,
      members: ["ishan", "meera", "Kitchen", "Restaurant", "Front desk", "Maintenance"],
      unread: { meera: 5, ishan: 0, tomas: 1 },
    },
  ]],
  [2, [
    {
      about: { kind: "property", property: 1 },
      scenes: EVERYDAY,
      end: BACKWATER_NOW,
      messages: ROOM_MESSAGES,
      days: 5,
      unread: { leela: 3 },
    },
    {
      about: { kind: "room", property: 1, number: "A1" },
      scenes: ABOUT_A_ROOM,
      messages: 6,
      days: 6,
      unread: { leela: 2 },
    },
  ]],
]);
