import type { Service } from "@/lib/protocol/services.ts";
import type { IconName } from "@/lib/ui/icons.ts";

export type PageName =
  | "overview"
  | "live"
  | "chat"
  | "guests"
  | "rooms"
  | "tasks"
  | "staff"
  | "finance"
  | "analytics"
  | "reports"
  | "users"
  | "branding"
  | "flags";

/** A page of the frame. */
export interface PageInfo {
  readonly name: PageName;
  readonly path: string;
  readonly label: string;
  readonly icon: IconName;
  /** The service it shows; null: what it shows is not one service's. */
  readonly service: Service | null;
  /** What leads there after `g`. */
  readonly letter: string;
  /** Pages of one group stand together in the rail. */
  readonly group: "now" | "house" | "money" | "organisation";
}

function info(
  name: PageName,
  label: string,
  group: PageInfo["group"],
  rest: Pick<PageInfo, "icon" | "letter" | "service"> & { readonly path?: string },
): PageInfo {
  return { name, label, group, path: `/${name}`, ...rest };
}

/** In the order in which the rail shows them. */
export const PAGES: readonly PageInfo[] = [
  info("overview", "Overview", "now", { icon: "dashboard", letter: "o", service: "dashboard" }),
  info("live", "What just happened", "now", { icon: "pulse", letter: "l", service: null }),
  info("chat", "Chat", "now", { icon: "chat", letter: "c", service: null }),
  info("guests", "Guests", "house", { icon: "guest", letter: "g", service: "guest" }),
  info("rooms", "Rooms", "house", { icon: "properties", letter: "r", service: "properties" }),
  info("tasks", "Tasks", "house", { icon: "tasks", letter: "t", service: "tasks" }),
  info("staff", "Staff", "house", { icon: "staff", letter: "s", service: "staff" }),
  info("finance", "Finance", "money", { icon: "finance", letter: "f", service: "finance" }),
  info("analytics", "Analytics", "money", { icon: "analytics", letter: "a", service: "analytics" }),
  info("reports", "Reports", "money", { icon: "reports", letter: "p", service: "reports" }),
  info("users", "Users", "organisation", { icon: "users", letter: "u", service: "users" }),
  info("branding", "Branding", "organisation", { icon: "branding", letter: "b", service: "branding" }),
  info("flags", "Flags", "organisation", { icon: "flag", letter: "x", service: null, path: "/admin/flags" }),
];

/** On a phone these stand in the bar at the foot, as many of them as fit; the rest is behind "more". */
const MOST_USED: readonly PageName[] = ["overview", "guests", "tasks", "chat", "rooms", "finance", "staff"];
const BAR_PAGES_MAX = 5;

/** The pages that somebody may see. */
export function pagesFor(
  { services, isOperator }: { readonly services: readonly Service[]; readonly isOperator: boolean },
): readonly PageInfo[] {
  return PAGES.filter(({ name, service }) => {
    if (name === "flags") return isOperator;
    return service === null || services.includes(service);
  });
}

export function barPages(pages: readonly PageInfo[]): readonly PageInfo[] {
  const known = MOST_USED.flatMap((name) => pages.find((page) => page.name === name) ?? []);
  return known.slice(0, BAR_PAGES_MAX);
}

export function pageOf(name: PageName): PageInfo {
  return PAGES.find((page) => page.name === name)!;
}

/** A link into a page that stays with the property that was chosen. */
export function hrefOf(path: string, propertyId: number | null, more: Readonly<Record<string, string>> = {}) {
  const query = new URLSearchParams(more);
  if (propertyId !== null) query.set("property", String(propertyId));
  return query.size === 0 ? path : `${path}?${query}`;
}
