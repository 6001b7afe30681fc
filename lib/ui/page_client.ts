import { IS_BROWSER } from "fresh/runtime";
import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { after, browserCall, browserWorld, coalesced } from "@/lib/client/browser.ts";
import { createClient } from "@/lib/client/client.ts";
import type { ClientStatus, ClientWarning, LiveEvent, RealtimeClient } from "@/lib/client/client_types.ts";
import { newsCounts } from "@/lib/live/news_list.ts";
import type { Position } from "@/lib/client/position.ts";
import { stillClient } from "@/lib/client/still_client.ts";
import { Rest } from "@/lib/client/rest.ts";
import { Unseen } from "@/lib/client/unseen.ts";
import { type Service, SERVICE_NAMES } from "@/lib/protocol/services.ts";

/** What a page is read for and where; plain JSON, from the server. */
export interface PageClientOptions {
  readonly orgId: number;
  readonly userId: string;
  /** Those that the person may see. */
  readonly services: readonly Service[];
  /** null: all that the person may see. */
  readonly propertyId: number | null;
  /** Whatever the page lacks comes after it in the event stream. */
  readonly position: Position;
  readonly flags: { readonly streaming: boolean; readonly longPoll: Readonly<Record<Service, boolean>> };
}

/** The client of a page with its state as signals, which every island of the page shares. */
export interface PageClient {
  readonly client: RealtimeClient;
  readonly userId: string;
  readonly rest: Rest;
  readonly status: ReadonlySignal<ClientStatus>;
  readonly warning: ReadonlySignal<ClientWarning | null>;
  readonly propertyId: ReadonlySignal<number | null>;
  /** Events since each service was last looked at. */
  readonly unseen: ReadonlySignal<Readonly<Partial<Record<Service, number>>>>;
  /** The latest event of each service. */
  readonly last: ReadonlySignal<Readonly<Partial<Record<Service, LiveEvent>>>>;
  choose(propertyId: number | null): void;
  look(service: Service): void;
}

let shared: PageClient | undefined;

/** The client of this page: made by the first island that asks, started once. On the server each asks for its own. */
export function pageClient(options: PageClientOptions): PageClient {
  if (!IS_BROWSER) return serverClient(options);
  return shared ??= startClient(options);
}

const LOOKED_KEY = "innstream.looked";

function startClient(options: PageClientOptions): PageClient {
  const { services, propertyId, flags, ...rest } = options;
  const world = browserWorld({ person: options });
  const client = createClient({
    ...rest,
    subscription: { services, propertyId },
    flags: { streaming: flags.streaming, longPoll: SERVICE_NAMES.filter((name) => flags.longPoll[name]) },
  }, world);
  const unseen = new Unseen(world.storage, options);
  const signals = {
    status: signal(client.status),
    warning: signal(client.warning),
    propertyId: signal(propertyId),
    unseen: signal(countsOf(unseen)),
    last: signal<Partial<Record<Service, LiveEvent>>>({}),
  };
  // Before the lists hear of it: they read again what is shown now.
  client.onRefetch(() => signals.propertyId.value = client.subscription.propertyId);
  const draw = coalesced(() => {
    signals.status.value = client.status;
    signals.warning.value = client.warning;
    signals.propertyId.value = client.subscription.propertyId;
    signals.unseen.value = countsOf(unseen);
  });
  client.onStatus(draw);
  client.on({}, (events) => {
    // Figures are computed anew all the time: that they were is nothing to look at.
    unseen.add(newsCounts(events));
    signals.last.value = {
      ...signals.last.peek(),
      ...Object.fromEntries(events.map((event) => [event.service, event])),
    };
    draw();
  });
  const looked = (service: Service) => {
    unseen.look(service);
    draw();
  };
  watchLooks(options, looked);
  if (services.length > 0) client.start();
  return {
    client,
    userId: options.userId,
    rest: new Rest({ call: browserCall({ person: options }), after }),
    ...signals,
    choose: (propertyId) => {
      // Before the lists are read again: they ask for what is shown now.
      signals.propertyId.value = propertyId;
      client.subscribe({ services, propertyId });
      draw();
    },
    look: (service) => {
      if (unseen.of(service) === 0) return;
      looked(service);
      tellLook(options, service, world.now());
    },
  };
}

function countsOf(unseen: Unseen): Partial<Record<Service, number>> {
  return Object.fromEntries(SERVICE_NAMES.map((service) => [service, unseen.of(service)]));
}

/** What was looked at in one tab is not new in the others. */
function watchLooks({ orgId, userId }: PageClientOptions, looked: (service: Service) => void): void {
  addEventListener("storage", ({ key, newValue }) => {
    if (key !== `${LOOKED_KEY}.${orgId}.${userId}`) return;
    const service = SERVICE_NAMES.find((name) => newValue?.startsWith(`${name} `));
    if (service !== undefined) looked(service);
  });
}

function tellLook({ orgId, userId }: PageClientOptions, service: Service, now: number): void {
  try {
    // A value that stays the same would tell the other tabs nothing.
    localStorage.setItem(`${LOOKED_KEY}.${orgId}.${userId}`, `${service} ${now}`);
  } catch {
    // Storage is forbidden: each tab counts for itself.
  }
}

/** What a page is drawn from on the server: it stands still. */
function serverClient(options: PageClientOptions): PageClient {
  const { propertyId } = options;
  const { services, position } = options;
  const still = stillClient({ services, propertyId }, position);
  const none = () => {};
  return {
    client: still,
    userId: options.userId,
    rest: new Rest({
      call: () => Promise.reject(new Error("Cannot ask the server from itself")),
      after: () => none,
    }),
    status: signal(still.status),
    warning: signal(null),
    propertyId: signal(propertyId) as Signal<number | null>,
    unseen: signal({}),
    last: signal({}),
    choose: none,
    look: none,
  };
}
