import { type Service, serviceOfBase, SERVICES } from "@/lib/protocol/services.ts";
import type { Resource } from "@/services/resources/define.ts";
import { analytics } from "@/services/resources/analytics.ts";
import { branding } from "@/services/resources/branding.ts";
import { dashboard } from "@/services/resources/dashboard.ts";
import { finance } from "@/services/resources/finance.ts";
import { guest } from "@/services/resources/guest.ts";
import { properties } from "@/services/resources/properties.ts";
import { reports } from "@/services/resources/reports.ts";
import { staff } from "@/services/resources/staff.ts";
import { tasks } from "@/services/resources/tasks.ts";
import { users } from "@/services/resources/users.ts";

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
