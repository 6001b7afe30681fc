import { type Role, servicesOfRole } from "@/lib/auth/principal.ts";
import type { Service } from "@/lib/protocol/services.ts";
import type { Verb } from "@/lib/resources/access.ts";
import { RESOURCES } from "@/lib/resources/catalog.ts";
import type { Option } from "@/lib/ui/field_spec.ts";

/** What a role may do with the records of a service. */
export type Right = "nothing" | "sees" | "changes some" | "changes all";

const VERBS: readonly Verb[] = ["create", "update", "remove"];

/** A role by name, and what it is for. */
export const ROLE_OPTIONS: readonly Option[] = [
  { value: "admin", label: "Admin", note: "Everything a manager may, and decides who works here." },
  {
    value: "manager",
    label: "Manager",
    note: "Runs the hotel: money, guests, staff, rooms, tasks, branding and reports.",
  },
  {
    value: "staff",
    label: "Staff",
    note: "Guests, tasks, rooms and their own leave. No money, users, analytics or reports.",
  },
  {
    value: "service",
    label: "Program",
    note: "Not a person: another program, which also writes what is computed.",
  },
] satisfies readonly (Option & { readonly value: Role })[];

export function roleLabel(role: unknown): string {
  return ROLE_OPTIONS.find(({ value }) => value === role)?.label ?? String(role);
}

/** What the definitions let a role do in a service. What only programs write counts for programs. */
export function rightOf(role: Role, service: Service): Right {
  if (!servicesOfRole(role).has(service)) return "nothing";
  const resources = RESOURCES.filter((one) => one.service === service);
  const asked = resources.flatMap((resource) => {
    return VERBS.filter((verb) => role === "service" || resource.roles[verb].some(isPersons)).map((verb) => ({
      may: resource.roles[verb].includes(role),
      isAll: role !== "staff" || resource.staffSets === undefined,
    }));
  });
  if (!asked.some(({ may }) => may)) return "sees";
  return asked.every(({ may, isAll }) => may && isAll) ? "changes all" : "changes some";
}

function isPersons(role: Role): boolean {
  return role !== "service";
}
