/** One line of a scene: who of its cast says it, and what. `{room}`, `{guest}`, `{task}` and `{n}` stand for things of the hotel. */
export interface SceneLine {
  /** Place in the cast. */
  readonly by: number;
  readonly text: string;
  /** Replies to that line of the scene, counted from 0. */
  readonly reply?: number;
  /** Mentions that one of the cast: `{to}` in the text is the name. */
  readonly to?: number;
  readonly link?: "room" | "guest" | "task";
  /** It was put differently a little later. */
  readonly edited?: true;
  /** It was taken back a little later. */
  readonly deleted?: true;
}

export interface Scene {
  /** Positions, or a `userId`; a hotel that has none such sends somebody else. */
  readonly cast: readonly string[];
  readonly lines: readonly SceneLine[];
}

const [DESK, NIGHT, CLEAN, KITCHEN, TABLE, REPAIR, BOSS] = [
  "Front desk",
  "Night desk",
  "Housekeeping",
  "Kitchen",
  "Restaurant",
  "Maintenance",
  "Manager",
] as const;

/** What people of a hotel write to each other on any day. */
export const EVERYDAY: readonly Scene[] = [
  scene([DESK, CLEAN], [
    {
      by: 0,
      text: "Is {room} ready? {guest} is at the desk and has been on the road since five",
      link: "guest",
    },
    { by: 1, text: "Ten minutes. The bed is made, the bathroom is not", reply: 0 },
    { by: 0, text: "Then I offer tea on the terrace" },
    { by: 1, text: "{room} is clean, they can go up" },
    { by: 0, text: "🙏" },
  ]),
  scene([CLEAN, REPAIR], [
    { by: 0, text: "The shower in {room} runs cold again", link: "room" },
    { by: 1, text: "Again? I changed the mixer last week", reply: 0 },
    { by: 0, text: "It is lukewarm for a minute and then cold" },
    { by: 1, text: "Then it is the valve below. I need {n} minutes, please put a sign on the door" },
    { by: 0, text: "Sign is up" },
    { by: 1, text: "Done. Warm, and it stays warm" },
  ]),
  scene([KITCHEN, DESK], [
    { by: 0, text: "How many for breakfast tomorrow?" },
    { by: 1, text: "{n} rooms, two with children", reply: 0 },
    { by: 0, text: "Thanks. Idli and upma then, and eggs as always" },
  ]),
  scene([DESK, TABLE], [
    {
      by: 0,
      text: "{guest} from {room} asks for a table by the window at eight, four people",
      link: "guest",
    },
    { by: 1, text: "Window is taken until half past eight. Can they wait?", reply: 0 },
    { by: 0, text: "They can, they want a drink first" },
    { by: 1, text: "Noted: 20:30, four, window" },
  ]),
  scene([DESK, REPAIR, BOSS], [
    { by: 0, text: "{to}: “{task}” is still open, who takes it?", link: "task", to: 1 },
    { by: 1, text: "I do, after the lift", reply: 0 },
    { by: 2, text: "Before the lift, please. The guests walk past it" },
    { by: 1, text: "Right, going now" },
  ]),
  scene([CLEAN, CLEAN], [
    { by: 0, text: "Found a phone charger and a child's shoe in {room}", link: "room" },
    { by: 1, text: "The shoe is from 204, I know it. They are looking for it everywhere", edited: true },
    { by: 0, text: "Charger is in the lost property box, number {n}" },
  ]),
  scene([NIGHT, DESK], [
    { by: 0, text: "Quiet night. One late arrival at 01:40, {guest}, is in {room}", link: "guest" },
    { by: 1, text: "Passport seen?", reply: 0 },
    { by: 0, text: "Yes, scanned, it is in the system" },
  ]),
  scene([DESK, CLEAN], [
    { by: 0, text: "{room} stays one more night", link: "room" },
    { by: 1, text: "Then I only change the towels" },
  ]),
  scene([KITCHEN, BOSS], [
    { by: 0, text: "The vegetable van has not come, and it is nine" },
    { by: 1, text: "I call them" },
    { by: 1, text: "Stuck behind a lorry on the ghat. Half an hour" },
    { by: 0, text: "Half an hour I can do. An hour would mean no salad at lunch", reply: 2 },
    { by: 0, text: "It is here" },
  ]),
  scene([DESK, BOSS], [
    { by: 0, text: "{guest} wants a discount because of the noise last night", link: "guest" },
    { by: 1, text: "What noise?", reply: 0 },
    { by: 0, text: "The drums from the wedding hall across the road, until one" },
    { by: 1, text: "Not ours, but say sorry and take the breakfast off the bill" },
    { by: 0, text: "Done, they were happy with that" },
  ]),
  scene([REPAIR, BOSS], [
    {
      by: 0,
      text: "Power will be off from 14:00 to 15:00, the board says. Generator has diesel for {n} hours",
    },
    { by: 1, text: "Please tell everybody with a lift booking, and stop the lift at 13:55" },
    { by: 0, text: "Will do" },
  ]),
  scene([TABLE, KITCHEN], [
    { by: 0, text: "Table six: no nuts at all, please. Allergy, not taste" },
    { by: 1, text: "Understood. Fresh board, fresh pan", reply: 0 },
  ]),
  scene([DESK, DESK], [
    { by: 0, text: "The card machine at the left desk says “no network”" },
    { by: 1, text: "Switch it off and on? Did that help last time?" },
    { by: 0, text: "It did not, but plugging in the cable did" },
  ]),
  scene([CLEAN, BOSS], [
    { by: 0, text: "We have bath towels for two days, hand towels for one" },
    { by: 1, text: "Ordered this morning, they come tomorrow before ten", reply: 0 },
  ]),
  scene([DESK, CLEAN, KITCHEN], [
    { by: 0, text: "Birthday in {room} today: {guest}", link: "room" },
    { by: 1, text: "I fold something nice" },
    { by: 2, text: "Small cake, ready at four. Eggless?" },
    { by: 0, text: "Eggless, yes", reply: 2 },
    { by: 2, text: "👍" },
  ]),
  scene([DESK, REPAIR], [
    { by: 0, text: "The lamp in the corridor before {room} flickers", link: "room" },
    { by: 1, text: "Seen it. Made a task of it: “{task}”", link: "task" },
  ]),
  scene([NIGHT, BOSS], [
    { by: 0, text: "Somebody rang the bell at three and was gone. Camera shows a dog 😄" },
    { by: 1, text: "Promote the dog to night desk" },
  ]),
  scene([DESK, BOSS], [
    { by: 0, text: "Wrong room, please ignore", deleted: true },
    { by: 0, text: "Taxi for {guest} tomorrow 05:30, airport. Who is on early?", link: "guest" },
    { by: 1, text: "Kitchen opens at five then, they get a breakfast box", reply: 1 },
  ]),
  scene([TABLE, KITCHEN, BOSS], [
    { by: 0, text: "Last orders are in. {n} covers tonight" },
    { by: 1, text: "We are out of the prawn curry, the rest is there" },
    { by: 2, text: "Good evening, everybody. Well done with the big table" },
  ]),
  scene([CLEAN, DESK], [
    { by: 0, text: "{room}: do not disturb since yesterday noon. Shall I knock?", link: "room" },
    { by: 1, text: "I ring them first" },
    { by: 1, text: "They are fine, just tired. Fresh towels at the door, please", reply: 0 },
  ]),
  scene([BOSS, DESK, CLEAN, KITCHEN], [
    { by: 0, text: "A group of {n} arrives on Friday. I want every room on the second floor ready by noon" },
    { by: 1, text: "Keys and forms will be prepared the evening before" },
    {
      by: 2,
      text: "By noon is tight with this many departures. Can I have one more pair of hands?",
      reply: 0,
    },
    { by: 0, text: "You can. I ask the other house" },
    { by: 3, text: "Snacks for {n}, at one?" },
    { by: 0, text: "At one. Nothing fried, please", reply: 4 },
  ]),
];

/** What is said about one hotel room. */
export const ABOUT_A_ROOM: readonly Scene[] = [
  scene([CLEAN, REPAIR], [
    { by: 0, text: "The balcony door sticks", link: "room" },
    { by: 1, text: "Planed it. It closes, but paint is needed at the bottom" },
    { by: 0, text: "Then not before the next departure", reply: 1 },
  ]),
  scene([DESK, CLEAN], [
    { by: 0, text: "The guest asks for a second blanket and no scent in the room", link: "guest" },
    { by: 1, text: "Both done, windows were open for an hour" },
  ]),
  scene([CLEAN, REPAIR, BOSS], [
    { by: 0, text: "The air conditioner drips on the carpet" },
    { by: 1, text: "Filter and drain cleaned. Let us watch it for two nights", link: "task" },
    { by: 0, text: "Dry so far" },
    { by: 2, text: "Thank you both. Should it come back, we change the unit", edited: true },
  ]),
  scene([REPAIR, CLEAN], [
    { by: 0, text: "New batteries in the remote, the safe and the clock" },
    { by: 1, text: "The clock is ten minutes fast now 🙂", reply: 0 },
    { by: 0, text: "Then nobody misses breakfast" },
  ]),
];

export const NIGHT_HANDOVER: readonly Scene[] = [
  scene([NIGHT, DESK, BOSS], [
    { by: 0, text: "Handover: {n} rooms taken, two arrivals after midnight, cash counted, keys complete" },
    { by: 1, text: "Thanks. Anything with {room}?" },
    {
      by: 0,
      text: "Asked for silence until ten. Please no vacuum cleaner on that floor",
      reply: 1,
      link: "room",
    },
    { by: 2, text: "Seen" },
  ]),
  scene([DESK, NIGHT], [
    { by: 0, text: "For tonight: {guest} comes by train at 00:50, the driver knows", link: "guest" },
    { by: 1, text: "Room warm, water on the table, form printed" },
  ]),
  scene([NIGHT, REPAIR, DESK], [
    { by: 0, text: "The fire panel beeped once at 02:15, zone {n}. I walked the floor, nothing" },
    { by: 1, text: "Detector is old. On my list: “{task}”", reply: 0, link: "task" },
    { by: 2, text: "I write it into the book" },
  ]),
];

export const WEDDING: readonly Scene[] = [
  scene([BOSS, KITCHEN, TABLE, DESK], [
    { by: 0, text: "The family counts 180 now, 40 of them stay with us" },
    { by: 1, text: "For 180 I need the second tandoor, and two cooks from town", reply: 0 },
    { by: 0, text: "Take them. Tasting is on Thursday at four" },
    { by: 2, text: "Lawn or hall?" },
    { by: 0, text: "Lawn, with the hall as plan B. No rain is forecast, but I do not bet on it", reply: 3 },
    { by: 3, text: "Rooms are blocked from the 12th to the 15th" },
  ]),
  scene([DESK, BOSS, REPAIR], [
    { by: 0, text: "The bride's mother asks about a ramp for the grandfather" },
    { by: 1, text: "{to}, can we build one at the side entrance?", to: 2 },
    { by: 2, text: "Yes, two days and some plywood", reply: 1, link: "task" },
    { by: 0, text: "I tell her, she will be glad" },
  ]),
  scene([KITCHEN, BOSS, TABLE], [
    { by: 0, text: "Menu, third version: paneer tikka, dal makhani, two biryanis, jalebi live" },
    { by: 1, text: "They want a Jain counter as well", reply: 0 },
    { by: 0, text: "Then with its own kitchen tent. Otherwise I cannot promise it", edited: true },
    { by: 2, text: "Can be done behind the spa" },
  ]),
];

function scene(cast: readonly string[], lines: readonly SceneLine[]): Scene {
  return { cast, lines };
}
