import type { Dice } from "@/lib/random/dice.ts";
import type { DemoCalendar } from "@/services/demo/calendar.ts";
import type { Scene, SceneLine } from "@/services/demo/chat_scenes.ts";

/** Somebody who talks in the demo. Not all of them can sign in. */
export interface Speaker {
  readonly userId: string;
  readonly name: string;
  readonly position: string;
}

/** What the demo has that people talk about. */
export interface Surroundings {
  readonly rooms: readonly { readonly id: number; readonly number: string }[];
  /** Those who are in the house; `room` is a number. */
  readonly guests: readonly { readonly id: number; readonly name: string; readonly room: string }[];
  readonly tasks: readonly { readonly id: number; readonly title: string }[];
}

/** A message as the database keeps it, but for its ids. */
export interface Said {
  readonly seq: number;
  readonly rev: number;
  readonly by: Speaker;
  readonly text: string;
  readonly at: string;
  readonly editedAt: string | null;
  readonly deletedAt: string | null;
  /** `seq` of the message that it replies to. */
  readonly replyTo: number | null;
  readonly link: { readonly entity: "room" | "guest" | "task"; readonly id: number } | null;
  readonly mentions: readonly string[];
}

export interface Talk {
  readonly messages: readonly Said[];
  readonly lastRev: number;
}

export interface TalkOptions {
  readonly people: readonly Speaker[];
  readonly about: Surroundings;
  readonly scenes: readonly Scene[];
  /** Said last, whatever chance says. */
  readonly end?: Scene;
  /** At least so many messages. */
  readonly messages: number;
  readonly days: number;
}

const MINUTE_MS = 60_000;
const EARLIEST_HOUR = 6;
const LATEST_HOUR = 22;
/** Between two lines of a scene. */
const PAUSE_MINUTES_MAX = 5;
/** Nothing begins later than this before now: the last scene is to be over. */
const END_MINUTES = 40;

/** A conversation of some days up to now, in order of `seq`. */
export function talkOf(options: TalkOptions, calendar: DemoCalendar, dice: Dice): Talk {
  const scenes = scenesOf(options, dice);
  const starts = scenes.map(() => startOf(options.days, calendar, dice)).toSorted((a, b) => a - b);
  const messages: Said[] = [];
  let rev = 0;
  let clock = 0;
  for (const [n, scene] of scenes.entries()) {
    const cast = castOf(scene, options.people, dice);
    const words = wordsOf(options.about, dice);
    const first = messages.length + 1;
    clock = Math.max(clock, starts[n]!);
    for (const line of scene.lines) {
      clock = Math.min(clock + dice.whole(1, PAUSE_MINUTES_MAX) * MINUTE_MS / 2, calendar.now);
      const said = sayLine(line, { cast, words, first, seq: messages.length + 1, at: clock });
      // A change is a revision of its own, which takes the place of the first.
      rev += said.editedAt === null && said.deletedAt === null ? 1 : 2;
      messages.push({ ...said, rev });
    }
  }
  return { messages, lastRev: rev };
}

/** Each scene comes once before one comes twice. */
function scenesOf({ scenes, end, messages }: TalkOptions, dice: Dice): Scene[] {
  const chosen: Scene[] = [];
  let left = [...scenes];
  for (let count = end?.lines.length ?? 0; count < messages;) {
    if (left.length === 0) left = [...scenes];
    const [scene] = left.splice(dice.whole(0, left.length - 1), 1);
    chosen.push(scene!);
    count += scene!.lines.length;
  }
  return end === undefined ? chosen : [...chosen, end];
}

function startOf(days: number, calendar: DemoCalendar, dice: Dice): number {
  const latest = calendar.now - END_MINUTES * MINUTE_MS;
  const day = -dice.whole(0, days - 1);
  const [hour, minute] = [dice.whole(EARLIEST_HOUR, LATEST_HOUR), dice.whole(0, 59)];
  const at = Date.parse(calendar.at(day, hour, minute));
  return at <= latest ? at : Date.parse(calendar.at(day - 1, hour, minute));
}

/** Different people where the hotel has enough of them; some are asked for by their id. */
function castOf(scene: Scene, people: readonly Speaker[], dice: Dice): Speaker[] {
  const cast: Speaker[] = [];
  for (const position of scene.cast) {
    const known = people.find(({ userId }) => userId === position);
    if (known !== undefined) {
      cast.push(known);
      continue;
    }
    const free = people.filter((one) => !cast.includes(one));
    const fit = free.filter((one) => one.position === position);
    cast.push(dice.pick(fit.length > 0 ? fit : free.length > 0 ? free : people));
  }
  return cast;
}

type Words = ReturnType<typeof wordsOf>;

/** What a scene is about: where there is a guest, the room is theirs. */
function wordsOf({ rooms, guests, tasks }: Surroundings, dice: Dice) {
  const guest = dice.pick(guests);
  const room = rooms.find(({ number }) => number === guest.room) ?? dice.pick(rooms);
  return { guest, room, task: dice.pick(tasks), n: dice.whole(5, 24) };
}

interface Place {
  readonly cast: readonly Speaker[];
  readonly words: Words;
  /** `seq` of the first line of the scene. */
  readonly first: number;
  readonly seq: number;
  readonly at: number;
}

function sayLine(line: SceneLine, { cast, words, first, seq, at }: Place): Omit<Said, "rev"> {
  const mentioned = line.to === undefined ? undefined : cast[line.to];
  const isDeleted = line.deleted === true;
  const link = line.link === undefined ? null : { entity: line.link, id: words[line.link].id };
  const text = line.text.replaceAll(
    /\{(room|guest|task|n|to)\}/g,
    (_, word: "room" | "guest" | "task" | "n" | "to") =>
      word === "room"
        ? words.room.number
        : word === "guest"
        ? words.guest.name
        : word === "task"
        ? words.task.title
        : word === "n"
        ? String(words.n)
        : `@${mentioned?.name}`,
  );
  const said = new Date(at).toISOString();
  return {
    seq,
    by: cast[line.by]!,
    text: isDeleted ? "" : text,
    at: said,
    editedAt: line.edited ? said : null,
    deletedAt: isDeleted ? said : null,
    replyTo: line.reply === undefined ? null : first + line.reply,
    link: isDeleted ? null : link,
    mentions: isDeleted || mentioned === undefined ? [] : [mentioned.userId],
  };
}

/** One step ahead of somebody who reads. */
export interface ReadStep {
  readonly userId: string;
  readonly from: number;
  readonly to: number;
  readonly at: string;
}

const STEP_MESSAGES_MAX = 14;

/** How somebody came to have read up to and with `upTo`: in steps, one of them whenever they said something. */
export function readSteps(
  { messages }: Talk,
  userId: string,
  upTo: number,
  dice: Dice,
): ReadStep[] {
  const steps: ReadStep[] = [];
  let from = 1;
  let next = dice.whole(1, STEP_MESSAGES_MAX);
  for (const { seq, by, at } of messages.slice(0, upTo)) {
    if (seq < upTo && seq < next && by.userId !== userId) continue;
    steps.push({ userId, from, to: seq, at });
    from = seq + 1;
    next = seq + dice.whole(1, STEP_MESSAGES_MAX);
  }
  return steps;
}
