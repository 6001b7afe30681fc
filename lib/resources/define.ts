import type { Role } from "@/lib/auth/principal.ts";
import type { Service } from "@/lib/protocol/services.ts";
import type { Field } from "@/lib/resources/fields.ts";

/** Everyone who writes for a whole hotel: people in charge, and other programs. */
export const MANAGERS: readonly Role[] = ["admin", "manager", "service"];
export const EVERYONE: readonly Role[] = ["admin", "manager", "staff", "service"];
/** Derived records are written by programs only. */
export const PROGRAMS: readonly Role[] = ["service"];

/**
 * Whose a record is. `property`: always one property's. `either`: one property's, or the whole organisation's
 * (`propertyId` null). `organisation`: always the whole organisation's. `self`: it is a property.
 */
export type Scope = "property" | "either" | "organisation" | "self";

/** What is written down for an entity; everything else follows. */
export interface Definition {
  readonly service: Service;
  readonly entity: string;
  readonly table: string;
  readonly scope: Scope;
  /** By wire name. The column is the same name in snake_case, but `amount` is kept in `amount_minor`. */
  readonly fields: Readonly<Record<string, Field>>;
  /** Roles by verb, on top of the services a token may see. */
  readonly roles: {
    readonly create: readonly Role[];
    readonly update: readonly Role[];
    readonly remove: readonly Role[];
  };
  /** Where staff may write, the only fields they may set; all where it is left out. */
  readonly staffSets?: readonly string[];
  /** Text fields that `q` of a list looks into. */
  readonly search?: readonly string[];
  /** Actions that programs tell about besides created, updated and deleted. */
  readonly actions?: readonly string[];
  readonly quota?: Quota;
}

/** At most `max` records of an organisation have this value in this field at once. */
export interface Quota {
  readonly field: string;
  readonly value: string;
  readonly max: number;
}

export interface Resource extends Definition {
  /** `finance.revenue`: names the resource in cursors and messages. */
  readonly key: string;
  /** Column by wire name of each field. */
  readonly columns: ReadonlyMap<string, string>;
  /** Does it hold money: `amount` and `currency`? */
  readonly money: boolean;
}

/** Columns that every tenant table has, set by the server alone; `propertyId` is the one clients may name. */
export const HEAD_COLUMNS = [
  "id",
  "property_id",
  "version",
  "created_at",
  "updated_at",
  "created_by",
] as const;
/** Names that answers have and bodies must not. */
export const READ_ONLY_NAMES: ReadonlySet<string> = new Set([
  "id",
  "version",
  "createdAt",
  "updatedAt",
  "createdBy",
  "amountMinor",
]);

export function defineResource(definition: Definition): Resource {
  const names = Object.keys(definition.fields);
  return {
    ...definition,
    key: `${definition.service}.${definition.entity}`,
    columns: new Map(names.map((name) => [name, name === "amount" ? "amount_minor" : snakeCase(name)])),
    money: names.includes("amount"),
  };
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
