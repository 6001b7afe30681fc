// Stand-in: the lead's file of this name replaces it.
import { useEffect, useRef, useState } from "preact/hooks";
import type { ClientRecord, Order, RecordPage } from "@/lib/client/collection.ts";
import { SERVICES } from "@/lib/protocol/services.ts";
import { useProperty } from "@/lib/ui/realtime.tsx";
import type { EntityName, Records, Saved } from "@/lib/ui/records.ts";

export interface UseRecordsOptions {
  readonly first: RecordPage;
  readonly filter?: Readonly<Record<string, string>>;
  readonly keep?: (record: ClientRecord) => boolean;
  readonly order?: Order;
}

export function useRecords(entity: EntityName, { first, filter, keep, order }: UseRecordsOptions): Records {
  const [page, setPage] = useState(first);
  const [state, setState] = useState<Records["state"]>("ready");
  const [news, setNews] = useState<ReadonlySet<number>>(new Set());
  const { propertyId } = useProperty();
  const service = Object.values(SERVICES).find(({ entities }) =>
    (entities as readonly string[]).includes(entity)
  )!;
  const path = `/${service.base}/${entity}`;
  const list = async (cursor: string | null) => {
    const query = new URLSearchParams({ ...filter, ...(order && { order }), ...(cursor && { cursor }) });
    if (propertyId !== null) query.set("propertyId", String(propertyId));
    return await (await fetch(`${path}?${query}`)).json() as RecordPage;
  };
  const wanted = JSON.stringify([propertyId, filter]);
  const shown = useRef(wanted);
  const reload = async () => {
    setState("loading");
    setPage(await list(null));
    setState("ready");
  };
  useEffect(() => {
    if (shown.current === wanted) return;
    shown.current = wanted;
    void reload();
  }, [wanted]);
  const write = async (method: string, id: number | null, body: object): Promise<Saved> => {
    const known = page.items.find((record) => record.id === id);
    const response = await fetch(id === null ? path : `${path}/${id}`, {
      method,
      headers: {
        "content-type": "application/json",
        ...(known && { "if-match": `"${known.version}"` }),
      },
      ...(method !== "DELETE" && { body: JSON.stringify(body) }),
    });
    const answer = response.status === 204 ? null : await response.json();
    if (!response.ok) return { ok: false, problem: answer };
    setPage((before) => {
      const rest = before.items.filter((record) => record.id !== (id ?? answer.id));
      if (method === "DELETE") return { ...before, items: rest };
      const items = before.items.map((record) => record.id === id ? answer : record);
      return { ...before, items: id === null ? [answer, ...rest] : items };
    });
    if (id === null) setNews((ids) => new Set([...ids, answer.id]));
    return { ok: true, record: answer };
  };
  return {
    rows: page.items.filter((record) => keep?.(record) ?? true).map((record) => ({
      key: String(record.id),
      record,
      pending: null,
      failure: null,
      editKey: null,
      isNew: news.has(record.id),
    })),
    state,
    problem: null,
    hasMore: page.next !== null,
    isLoadingMore: false,
    loadMore: async () => {
      const more = await list(page.next);
      setPage({ ...more, items: [...page.items, ...more.items] });
    },
    reload,
    held: 0,
    hold: () => {},
    release: () => {},
    create: (body) => write("POST", null, body),
    update: (id, changes) => write("PATCH", id, changes),
    remove: (id) => write("DELETE", id, {}),
    retry: () => {},
    discard: () => {},
  };
}
