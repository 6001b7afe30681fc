import type { Principal } from "@/lib/auth/principal.ts";
import { capital } from "@/lib/live/words.ts";

/** `Manager, all properties`; `Staff, property 1`. */
export function scopeOf(role: Principal["role"], properties: Principal["properties"]): string {
  return `${capital(role)}, ${reachOf(properties)}`;
}

function reachOf(properties: Principal["properties"]): string {
  if (properties === "*") return "all properties";
  if (properties.length === 0) return "no property";
  return properties.length === 1 ? `property ${properties[0]}` : `${properties.length} properties`;
}
