import type { ChatState, ConversationView } from "@/lib/chat/client/chat_types.ts";
import type { ChatLink, ChatMessage, LinkEntity, PresenceStatus } from "@/lib/chat/message.ts";
import { addDays, localDay } from "@/lib/derived/local_day.ts";
import type { Place } from "@/lib/live/formats.ts";
import { kept } from "@/lib/live/kept.ts";

/** Typists that are named; more are counted. */
const TYPISTS_NAMED = 3;
/** What is shown of a message where there is one line for it, and what is announced of it. */
const PREVIEW_CHARS = 160;
/** Days back for which the day of the week says enough. */
const WEEK_DAYS = 6;
/** Larger counts say no more. */
const COUNT_MAX = 99;

/** `Meera is typing`, `Meera and Ravi are typing`, `12 people are typing`; "" where nobody is. */
export function typingWords({ names, count }: ConversationView["typing"]): string {
  if (count === 0) return "";
  if (count > TYPISTS_NAMED || names.length < count) return `${count} people are typing`;
  return `${listed(names.map(firstName))} ${count === 1 ? "is" : "are"} typing`;
}

export function firstName(name: string): string {
  return name.trim().split(/\s+/)[0] ?? name;
}

/** The connection of chat in words. `wasLive`: it has been live before. */
export function stateWords(state: ChatState, wasLive: boolean): string {
  switch (state) {
    case "live":
      return "Live";
    case "connecting":
      return wasLive ? "Reconnecting, what you write is kept" : "Connecting";
    case "offline":
      return "Offline, what you write is kept";
    case "ended":
      return "Your session has ended";
  }
}

/** What became of something one said oneself. */
export function statusWords(readers: number, isDelivered: boolean): string {
  if (readers > 0) return `Read by ${readers}`;
  return isDelivered ? "Delivered" : "Sent";
}

/** Who has read something, as far as their names are known: `Meera, Ravi and 3 more`. */
export function readerWords(names: readonly string[], count: number): string {
  const said = names.map(firstName);
  if (said.length === 0) return `Read by ${count}`;
  const more = count - said.length;
  return more > 0 ? `Read by ${said.join(", ")} and ${more} more` : `Read by ${listed(said)}`;
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

export function presenceWords(status: PresenceStatus): string {
  return status === "unknown" ? "not known whether here" : status === "online" ? "here" : status;
}

export function countWords(count: number): string {
  return count > COUNT_MAX ? `${COUNT_MAX}+` : String(count);
}

/** The title of the tab with what is unread. */
export function titleOf(title: string, unread: number): string {
  const plain = title.replace(/^\(\d+\+?\) /, "");
  return unread === 0 ? plain : `(${countWords(unread)}) ${plain}`;
}

const LINK_WORDS: Readonly<Record<LinkEntity, string>> = {
  task: "Task",
  guest: "Guest",
  room: "Room",
  document: "Document",
};

export function linkWords({ entity }: ChatLink): string {
  return LINK_WORDS[entity];
}

/** A message in one line. */
export function previewOf({ text, deleted, link }: Pick<ChatMessage, "text" | "deleted" | "link">): string {
  if (deleted) return "Message deleted";
  const line = text.replaceAll(/\s+/g, " ").trim();
  if (line === "" && link !== undefined) return linkWords(link);
  const cut = [...line].slice(0, PREVIEW_CHARS).join("");
  return cut.length < line.length ? `${cut}…` : line;
}

const STYLES = {
  clock: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  weekday: { weekday: "short" },
  date: { day: "numeric", month: "short" },
  day: { weekday: "long", day: "numeric", month: "long" },
  full: { day: "numeric", month: "long", year: "numeric" },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;

const formats = new Map<string, Intl.DateTimeFormat>();

function format(at: number, style: keyof typeof STYLES, { locale, timeZone }: Place): string {
  return kept(formats, `${locale} ${timeZone} ${style}`, () => {
    return new Intl.DateTimeFormat(locale, { ...STYLES[style], timeZone });
  }).format(at);
}

/** `14:03`, on the clocks of the property. */
export function clockWords(at: string, place: Place): string {
  const time = Date.parse(at);
  return Number.isNaN(time) ? "" : format(time, "clock", place);
}

/** When something was said, as short as it can be told: `14:03`, `Mon`, `3 Nov`. */
export function shortWhen(at: string, now: number, place: Place): string {
  const time = Date.parse(at);
  if (Number.isNaN(time)) return "";
  const today = localDay(now, place.timeZone);
  const day = localDay(time, place.timeZone);
  if (day >= today) return format(time, "clock", place);
  return format(time, day >= addDays(today, -WEEK_DAYS) ? "weekday" : "date", place);
}

/** `Today`, `Yesterday`, `Monday, 23 November`, `23 November 2025`. */
export function dayWords(day: string, now: number, place: Place): string {
  const today = localDay(now, place.timeZone);
  if (day === today) return "Today";
  if (day === addDays(today, -1)) return "Yesterday";
  const style = day.slice(0, 4) === today.slice(0, 4) ? "day" : "full";
  return format(Date.parse(`${day}T12:00:00Z`), style, { ...place, timeZone: "UTC" });
}

/** What is told of what others said just now, politely and in one go; "" where it is nothing. */
export function announcementOf(messages: readonly Pick<ChatMessage, "userName" | "text" | "link">[]): string {
  const [first, ...rest] = messages;
  if (first === undefined) return "";
  if (rest.length > 0) return `${messages.length} new messages, the last by ${messages.at(-1)!.userName}`;
  return `${first.userName}: ${previewOf(first)}`;
}
