import type { Principal } from "@/lib/auth/principal.ts";
import type { Position } from "@/lib/client/position.ts";
import { newestFirst } from "@/lib/live/card.ts";
import { type Item, itemOfRecord } from "@/lib/live/item.ts";
import type { LivePage, Snapshot } from "@/lib/live/page.ts";
import { placeOf, type PropertyName } from "@/lib/live/places.ts";
import { ProblemError } from "@/lib/protocol/problems.ts";
import { type Service, SERVICE_NAMES } from "@/lib/protocol/services.ts";
import { resourceOf, RESOURCES } from "@/lib/resources/catalog.ts";
import type { Session } from "@/services/auth/session.ts";
import type { Services } from "@/services/services.ts";

/** Records shown of one service at first. */
const LATEST_MAX = 8;
/** Properties that can be chosen from; an organisation with more sees the first ones. */
const PROPERTIES_MAX = 200;

/** What the live page reads: properties, the one that was asked for (null: all), and the cards narrowed to it. */
export async function readLive(
  services: Services,
  { principal, organisation: { locale } }: Session,
  asked: string | null,
): Promise<Snapshot & Pick<LivePage, "properties" | "propertyId">> {
  const properties = await propertiesOf(services, principal);
  const propertyId = properties.find(({ id }) => String(id) === asked)?.id ?? null;
  return { ...await latest(services, principal, { propertyId, properties, locale }), properties, propertyId };
}

interface LatestQuery {
  readonly propertyId: number | null;
  readonly properties: readonly PropertyName[];
  readonly locale: string;
}

/** The latest records of every service this person may see. Throws a ProblemError where they cannot be read. */
async function latest(
  { resources }: Services,
  principal: Principal,
  { propertyId, properties, locale }: LatestQuery,
): Promise<Snapshot> {
  const seen = RESOURCES.filter(({ service }) => principal.services.has(service));
  const query = { limit: LATEST_MAX, ...(propertyId !== null && { propertyId }) };
  const read = await Promise.all(seen.map(async (resource) => {
    const answer = await resources.list(principal, resource, query);
    if (!answer.ok) throw new ProblemError(answer.problem);
    const items = answer.items.map((record) => {
      return itemOfRecord(resource.entity, record, placeOf(record.propertyId, properties, locale));
    });
    return { service: resource.service, items, seq: answer.seq, epoch: answer.epoch };
  }));
  const cards = SERVICE_NAMES.filter((name) => principal.services.has(name)).map((service) => {
    return { service, items: latestOf(service, read) };
  });
  // The lowest of what was read: from there on the stream has all that any of the lists may lack.
  const lowest = read.reduce<Position | null>((low, { seq, epoch }) => {
    return low === null || seq < low.seq ? { seq, epoch } : low;
  }, null);
  return { cards, position: lowest ?? { seq: 0, epoch: null } };
}

function latestOf(
  service: Service,
  read: readonly { service: Service; items: readonly Item[] }[],
): readonly Item[] {
  const items = read.flatMap((list) => list.service === service ? list.items : []);
  return newestFirst(items).slice(0, LATEST_MAX);
}

/** The properties whose events this person sees, by name. */
async function propertiesOf({ resources }: Services, principal: Principal): Promise<PropertyName[]> {
  const property = resourceOf("properties", "property")!;
  if (!principal.services.has(property.service)) return [];
  const answer = await resources.list(principal, property, { limit: PROPERTIES_MAX, order: "asc" });
  if (!answer.ok) throw new ProblemError(answer.problem);
  return answer.items.map(({ id, name, timezone }) => ({
    id,
    name: String(name),
    timeZone: String(timezone),
  }));
}
