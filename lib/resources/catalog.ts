import { type Service, serviceOfBase, SERVICES } from "@/lib/protocol/services.ts";
import type { Resource } from "@/lib/resources/define.ts";
import { analytics } from "@/lib/resources/analytics.ts";
import { branding } from "@/lib/resources/branding.ts";
import { dashboard } from "@/lib/resources/dashboard.ts";
import { finance } from "@/lib/resources/finance.ts";
import { guest } from "@/lib/resources/guest.ts";
import { properties } from "@/lib/resources/properties.ts";
import { reports } from "@/lib/resources/reports.ts";
import { staff } from "@/lib/resources/staff.ts";
import { tasks } from "@/lib/resources/tasks.ts";
import { users } from "@/lib/resources/users.ts";

/** Every entity of the ten services. */
export const RESOURCES: readonly Resource[] = [
  ...finance,
  ...guest,
  ...staff,
  ...tasks,
  ...properties,
  ...users,
  ...dashboard,
  ...branding,
  ...analytics,
  ...reports,
];

const BY_KEY = new Map(RESOURCES.map((resource) => [resource.key, resource]));

/** The definition of a service's entity, or undefined. */
export function resourceOf(service: Service, entity: string): Resource | undefined {
  return BY_KEY.get(`${service}.${entity}`);
}

/** The definition behind the path `/<base>/<entity>`, or undefined. */
export function resourceAt(
  { base = "", entity = "" }: Readonly<Record<string, string>>,
): Resource | undefined {
  const service = serviceOfBase(base);
  return service === undefined ? undefined : resourceOf(service, entity);
}

/** The path of a resource's list. */
export function pathOf({ service, entity }: Resource): string {
  return `/${SERVICES[service].base}/${entity}`;
}
