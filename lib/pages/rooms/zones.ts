import type { Option } from "@/lib/ui/field_spec.ts";

/** Names that machines leave out of their list because they know the place by an older one. */
const NAMES_OF_TODAY = ["Asia/Kolkata", "Asia/Kathmandu", "Asia/Ho_Chi_Minh", "Europe/Kyiv", "UTC"];

/** The time zones that can be chosen; `known` are those in use, which are always among them. */
export function zoneOptions(known: readonly string[]): readonly Option[] {
  const names = new Set([...Intl.supportedValuesOf("timeZone"), ...NAMES_OF_TODAY, ...known]);
  return [...names].sort().map((value) => ({ value, label: value.replaceAll("_", " ") }));
}
