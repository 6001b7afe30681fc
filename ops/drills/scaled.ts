import { parse, stringify } from "yaml";

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const WINDOW = /\[(\d+)([smhd])(?::(\d+)([smhd]))?\]/g;
const DURATION = /^(\d+)([smhd])$/;

interface RuleFile {
  readonly groups: { readonly rules: { expr: string; for?: string }[]; interval?: string }[];
}

/**
 * The text of a rule file in which time runs so many times faster: what is said in windows and in `for`. Thresholds stay
 * as they are, and so do rates, which are per second in any case.
 */
export function scaledRules(text: string, factor: number): string {
  const file = parse(text, { maxAliasCount: -1 }) as RuleFile;
  for (const group of file.groups) {
    delete group.interval;
    for (const rule of group.rules) {
      rule.expr = rule.expr.replaceAll(WINDOW, (_all, count, unit, stepCount, stepUnit) => {
        const step = stepCount === undefined ? "" : `:${scaled(stepCount, stepUnit, factor)}`;
        return `[${scaled(count, unit, factor)}${step}]`;
      });
      const [, count, unit] = DURATION.exec(rule.for ?? "") ?? [];
      if (count !== undefined) rule.for = scaled(count, unit!, factor);
    }
  }
  return stringify(file, { lineWidth: 0 });
}

function scaled(count: string, unit: string, factor: number): string {
  return `${Math.max(1, Math.round(Number(count) * UNIT_MS[unit]! / factor))}ms`;
}
