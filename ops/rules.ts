import { parse } from "yaml";

/** One rule of ops/prometheus/rules, as it stands there: an alert or a recorded series. */
export interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export type Alert = Rule & { readonly alert: string };

interface RuleFile {
  readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[];
}

export const RULES_DIR = new URL("./prometheus/rules/", import.meta.url);

/** Names of the rule files, in order. */
export function ruleFiles(): readonly string[] {
  return [...Deno.readDirSync(RULES_DIR)].map(({ name }) => name).filter((name) => name.endsWith(".yml"))
    .sort();
}

/** Every rule of every file. */
export function readRules(): readonly Rule[] {
  return ruleFiles().flatMap((name) => {
    const file = parse(Deno.readTextFileSync(new URL(name, RULES_DIR))) as RuleFile;
    return file.groups.flatMap(({ rules }) => rules);
  });
}

/** Every alert of every file; a promise has two of one name. */
export function readAlerts(): readonly Alert[] {
  return readRules().filter((rule): rule is Alert => rule.alert !== undefined);
}

/** Suffixes of the series that a histogram consists of. */
const HISTOGRAM_PARTS = /_(bucket|sum|count)$/;
const NAMES = /\b(?:innstream|streaming|process)_[a-z0-9_]+\b(?!:)/g;

/** Names of the metrics of ours in a PromQL expression; of a histogram its own name. What stands in quotes is none. */
export function metricsIn(expr: string, isMetric: (name: string) => boolean): readonly string[] {
  const names = expr.replaceAll(/"[^"]*"/g, '""').match(NAMES) ?? [];
  return [...new Set(names.map((name) => isMetric(name) ? name : name.replace(HISTOGRAM_PARTS, "")))];
}
