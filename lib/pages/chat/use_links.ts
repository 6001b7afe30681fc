import { useEffect, useMemo, useReducer } from "preact/hooks";
import type { ChatLink, LinkEntity } from "@/lib/chat/message.ts";
import { after, coalesced } from "@/lib/client/browser.ts";
import type { ClientRecord } from "@/lib/client/collection.ts";
import { useFrame } from "@/lib/ui/frame_context.ts";
import { Lookup } from "@/lib/ui/lookup.ts";
import { usePageClient } from "@/lib/ui/realtime.tsx";
import { placeOfEntity } from "@/lib/ui/records.ts";

/** `null`: this person may not see it, or it is not there (any more); undefined: it is being read. */
export type Linked = ClientRecord | null | undefined;

/** The records that the messages in view point to, as they are now. */
export function useLinks(links: readonly ChatLink[]): (link: ChatLink) => Linked {
  const { client, rest } = usePageClient();
  const { data: { services } } = useFrame();
  const [, draw] = useReducer<number, void>((count) => count + 1, 0);
  const lookups = useMemo(() => new Map<LinkEntity, Lookup>(), []);
  const ends = useMemo<(() => void)[]>(() => [], []);
  const mayShow = (entity: LinkEntity) => services.includes(placeOfEntity(entity).service);
  const lookupOf = (entity: LinkEntity) => {
    const known = lookups.get(entity);
    if (known !== undefined) return known;
    const lookup = new Lookup(entity, { client, rest, after, changed: coalesced(() => draw()) });
    ends.push(lookup.start());
    lookups.set(entity, lookup);
    return lookup;
  };
  useEffect(() => {
    for (const entity of new Set([...links.map(({ entity }) => entity), ...lookups.keys()])) {
      if (!mayShow(entity)) continue;
      lookupOf(entity).want(links.filter((link) => link.entity === entity).map(({ id }) => id));
    }
  });
  useEffect(() => () => ends.forEach((end) => end()), []);
  return ({ entity, id }) => {
    if (!mayShow(entity)) return null;
    const lookup = lookups.get(entity);
    return lookup?.get(id) ?? (lookup?.isSettled(id) ? null : undefined);
  };
}
