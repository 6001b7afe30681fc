import * as v from "valibot";
import type { ChatMessage } from "@/lib/chat/message.ts";
import { PEOPLE_MAX, type Person } from "@/lib/chat/people.ts";
import type { Position } from "@/lib/chat/positions.ts";
import { RECEIPTS_MAX } from "@/lib/chat/limits.ts";
import { type Typist, TYPISTS_MAX } from "@/lib/chat/typists.ts";

/** What instances tell each other, as JSON; see docs/chat.md. */

/** A message that is committed. `propertyId` says who may see it where the room is not open. */
export interface ToldMessage {
  readonly propertyId: number | null;
  readonly message: ChatMessage;
}

/** People of one instance in a room. */
export interface ToldPeople {
  /** Grows by one with whatever is told: one that is left out must be asked for. */
  readonly version: number;
  /** All of them; else those who have changed. */
  readonly isWhole: boolean;
  /** Sockets in the room on this instance. */
  readonly sockets: number;
  /** null: not there any more. */
  readonly people: ReadonlyMap<string, Person | null>;
}

export interface ToldAlive {
  readonly instance: string;
  /** It stops in good order. */
  readonly isLeaving?: boolean;
  /** It could not be heard for a while, and can now. */
  readonly isHealed?: boolean;
}

const Name = v.string();
const Count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const Place = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
// The rest of it is passed on as it came from a committed row.
const Message = v.looseObject({
  id: Place,
  seq: Place,
  rev: Place,
  roomId: v.string(),
  userId: v.string(),
  userName: Name,
  text: v.string(),
  clientMsgId: v.string(),
  at: v.string(),
});
const MessageSchema = v.object({ propertyId: v.nullable(Place), message: Message });
const PeopleSchema = v.object({
  version: Count,
  whole: v.boolean(),
  sockets: Count,
  people: v.pipe(
    v.array(v.tuple([v.string(), v.nullable(v.tuple([Name, v.picklist(["online", "away"])]))])),
    v.maxLength(PEOPLE_MAX),
  ),
});
const TypistsSchema = v.pipe(
  v.array(v.object({ userId: v.string(), userName: Name })),
  v.maxLength(TYPISTS_MAX),
);
const PositionsSchema = v.pipe(
  v.array(v.object({ userId: v.string(), userName: Name, readUpTo: Count, deliveredUpTo: Count })),
  v.maxLength(RECEIPTS_MAX),
);
const AliveSchema = v.object({
  instance: v.string(),
  leaving: v.optional(v.boolean()),
  healed: v.optional(v.boolean()),
});

export function tellMessage(told: ToldMessage): string {
  return JSON.stringify(told);
}

/** Each of these answers undefined for what was not told by an instance. */
export function heardMessage(text: string): ToldMessage | undefined {
  return read(MessageSchema, text) as ToldMessage | undefined;
}

export function tellPeople({ version, isWhole, sockets, people }: ToldPeople): string {
  const told = [...people].map(([id, person]) => [id, person && [person.userName, person.status]]);
  return JSON.stringify({ version, whole: isWhole, sockets, people: told });
}

export function heardPeople(text: string): ToldPeople | undefined {
  const heard = read(PeopleSchema, text);
  if (heard === undefined) return undefined;
  const people = new Map(heard.people.map(([id, person]) => {
    return [id, person && { userName: person[0], status: person[1] }] as const;
  }));
  return { version: heard.version, isWhole: heard.whole, sockets: heard.sockets, people };
}

export function tellTypists(typists: readonly Typist[]): string {
  return JSON.stringify(typists);
}

export function heardTypists(text: string): readonly Typist[] | undefined {
  return read(TypistsSchema, text);
}

export function tellPositions(positions: readonly Position[]): string {
  return JSON.stringify(positions);
}

export function heardPositions(text: string): readonly Position[] | undefined {
  return read(PositionsSchema, text);
}

export function tellAlive({ instance, isLeaving, isHealed }: ToldAlive): string {
  return JSON.stringify({ instance, ...(isLeaving && { leaving: true }), ...(isHealed && { healed: true }) });
}

export function heardAlive(text: string): ToldAlive | undefined {
  const heard = read(AliveSchema, text);
  return heard &&
    { instance: heard.instance, isLeaving: heard.leaving ?? false, isHealed: heard.healed ?? false };
}

function read<S extends v.GenericSchema>(schema: S, text: string): v.InferOutput<S> | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  const result = v.safeParse(schema, json);
  return result.success ? result.output : undefined;
}
