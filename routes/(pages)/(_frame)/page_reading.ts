import { HttpError } from "fresh";
import type { Context } from "fresh";
import type { Principal } from "@/lib/auth/principal.ts";
import type { Position } from "@/lib/client/position.ts";
import type { PropertyName } from "@/lib/live/places.ts";
import { ProblemError } from "@/lib/protocol/problems.ts";
import { type Verb, writeRefusal } from "@/lib/resources/access.ts";
import { RESOURCES } from "@/lib/resources/catalog.ts";
import type { FrameData } from "@/lib/ui/frame_data.ts";
import { type PageName, pageOf } from "@/lib/ui/pages.ts";
import { type Theme, themeOf } from "@/lib/ui/theme.ts";
import type { RecordPage } from "@/lib/client/collection.ts";
import type { EntityName } from "@/lib/ui/records.ts";
import { type PageState, type Session, signInPath } from "@/services/auth/session.ts";
import type { Recent } from "@/services/realtime/recent.ts";
import type { ListQuery } from "@/services/resources/list.ts";
import type { Services } from "@/services/services.ts";
import { readFlags } from "./flags.ts";

/** Properties that can be chosen from; an organisation with more sees the first ones. */
const PROPERTIES_MAX = 200;
const THEMES_MAX = 200;
const VERBS: readonly Verb[] = ["create", "update", "remove"];
const FORBIDDEN = 403;

/** Reads what a page shows: the frame, and lists of records narrowed to the property that is asked for. */
export class PageReading {
  /** As they came: for a page that needs more than lists. */
  readonly services: Services;
  readonly session: Session;
  /** `?property=`, where it is one of this person's; null: all. */
  readonly propertyId: number | null;
  readonly now = Date.now();
  readonly #properties: readonly PropertyName[];
  readonly #themes: readonly Theme[];
  #position: Position | null = null;

  private constructor(
    { services, session, propertyId, properties, themes }: {
      services: Services;
      session: Session;
      propertyId: number | null;
      properties: readonly PropertyName[];
      themes: readonly Theme[];
    },
  ) {
    this.services = services;
    this.session = session;
    this.propertyId = propertyId;
    this.#properties = properties;
    this.#themes = themes;
  }

  /** Begins; answers a redirect where nobody is signed in. Throws where this person may not see the page. */
  static async of(ctx: Context<PageState>, name: PageName): Promise<PageReading | Response> {
    const { services, session } = ctx.state;
    if (session === null) return ctx.redirect(signInPath(ctx.url));
    const { service } = pageOf(name);
    if (service !== null && !session.principal.services.has(service)) throw new HttpError(FORBIDDEN);
    const [properties, themes] = await Promise.all([
      propertiesOf(services, session.principal),
      themesOf(services, session.principal),
    ]);
    const asked = ctx.url.searchParams.get("property");
    const propertyId = properties.find(({ id }) => String(id) === asked)?.id ?? null;
    return new PageReading({ services, session, propertyId, properties, themes });
  }

  get principal(): Principal {
    return this.session.principal;
  }

  get properties(): readonly PropertyName[] {
    return this.#properties;
  }

  /** A page of records; empty where this person may not see them. Throws a ProblemError where they cannot be read. */
  async list(entity: EntityName, query: Omit<ListQuery, "propertyId"> = {}): Promise<RecordPage> {
    const resource = RESOURCES.find((one) => one.entity === entity)!;
    if (!this.principal.services.has(resource.service)) return { items: [], next: null, seq: 0, epoch: "" };
    const narrowed = this.propertyId === null ? query : { ...query, propertyId: this.propertyId };
    const answer = await this.services.resources.list(this.principal, resource, narrowed);
    if (!answer.ok) throw new ProblemError(answer.problem);
    const { items, next, seq, epoch } = answer;
    this.#readAt({ seq, epoch });
    return { items, next, seq, epoch };
  }

  /** The latest events that this person may see, the newest first. */
  async recent(limit: number): Promise<Recent> {
    const recent = await this.services.recent(this.principal, { propertyId: this.propertyId, limit });
    this.#readAt(recent);
    return recent;
  }

  /** The lowest of all counts: from there on the stream has whatever any of what was read may lack. */
  #readAt({ seq, epoch }: Recent | Position): void {
    if (this.#position === null || seq < this.#position.seq) this.#position = { seq, epoch };
  }

  /** What the island's Frame needs; call it when all lists are read. */
  frame(): FrameData {
    const { principal, organisation } = this.session;
    const { orgId, userId, name, role, properties: reach } = principal;
    return {
      orgId,
      userId,
      name,
      role,
      reach,
      organisation: organisation.name,
      locale: organisation.locale,
      currency: organisation.currency,
      services: [...principal.services],
      may: mayOf(principal),
      ofProperty: RESOURCES.filter(({ scope }) => scope === "property").map(({ entity }) => entity),
      properties: this.#properties,
      propertyId: this.propertyId,
      position: this.#position ?? { seq: 0, epoch: null },
      ...readFlags(this.services, principal),
      themes: this.#themes,
      now: this.now,
    };
  }
}

function mayOf(principal: Principal): FrameData["may"] {
  const seen = RESOURCES.filter(({ service }) => principal.services.has(service));
  return Object.fromEntries(seen.map((resource) => {
    return [resource.entity, VERBS.filter((verb) => writeRefusal(principal, resource, verb) === undefined)];
  }));
}

/** The properties whose records this person sees, by name. */
async function propertiesOf({ resources }: Services, principal: Principal): Promise<PropertyName[]> {
  const property = RESOURCES.find(({ entity }) => entity === "property")!;
  if (!principal.services.has(property.service)) return [];
  const answer = await resources.list(principal, property, { limit: PROPERTIES_MAX, order: "asc" });
  if (!answer.ok) throw new ProblemError(answer.problem);
  return answer.items.map(({ id, name, timezone }) => ({
    id,
    name: String(name),
    timeZone: String(timezone),
  }));
}

async function themesOf({ resources }: Services, principal: Principal): Promise<Theme[]> {
  const theme = RESOURCES.find(({ entity }) => entity === "theme")!;
  if (!principal.services.has(theme.service)) return [];
  const answer = await resources.list(principal, theme, { limit: THEMES_MAX, order: "asc" });
  if (!answer.ok) throw new ProblemError(answer.problem);
  return answer.items.flatMap((record) => themeOf(record.propertyId, record) ?? []);
}
