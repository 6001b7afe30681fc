/**
 * The ten services a page can subscribe to: wire name, REST base path and the entities each one owns.
 * The order is the order in which people see them; it never decides delivery.
 */
export const SERVICES = {
  finance: { base: "finance", entities: ["revenue", "expense", "approval"] },
  guest: { base: "guest-checkin", entities: ["guest", "document"] },
  staff: { base: "staff", entities: ["employee", "schedule", "leave"] },
  tasks: { base: "tasks", entities: ["task"] },
  properties: { base: "properties", entities: ["property", "room"] },
  users: { base: "users", entities: ["user"] },
  dashboard: { base: "dashboard", entities: ["metrics"] },
  branding: { base: "branding", entities: ["theme"] },
  analytics: { base: "analytics", entities: ["statistic"] },
  reports: { base: "reports", entities: ["report"] },
} as const;

/** Wire name of a service, as it stands in handshakes and subjects. */
export type Service = keyof typeof SERVICES;

/** All wire names, in display order. */
export const SERVICE_NAMES = Object.keys(SERVICES) as readonly Service[];

const BY_BASE = new Map<string, Service>(
  SERVICE_NAMES.map((name) => [SERVICES[name].base, name]),
);

/** Is this string one of the ten wire names? */
export function isService(name: unknown): name is Service {
  return typeof name === "string" && Object.hasOwn(SERVICES, name);
}

/** The service behind a REST base path such as `guest-checkin`, or undefined. */
export function serviceOfBase(base: string): Service | undefined {
  return BY_BASE.get(base);
}

/** Does this service own an entity of this name? */
export function hasEntity(service: Service, entity: string): boolean {
  return (SERVICES[service].entities as readonly string[]).includes(entity);
}
