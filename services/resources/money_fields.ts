import { ProblemError } from "@/lib/protocol/problems.ts";
import type { Resource } from "@/lib/resources/define.ts";
import { toMinor } from "@/lib/resources/money.ts";

/**
 * The values with `amount` in minor units, once the currency is known: the one given, else `current` (the record's, or
 * the organisation's for a new one). Throws `validation_failed`.
 */
export function minorValues(
  resource: Resource,
  values: Readonly<Record<string, unknown>>,
  current: string | undefined,
): Readonly<Record<string, unknown>> {
  if (!resource.money) return values;
  const currency = (values.currency ?? current) as string;
  if (values.amount === undefined) {
    // Without the amount nobody knows whether 10.00 INR is to become 10 or 1000 JPY.
    if (currency !== current) throw invalidAmount("is required where the currency changes");
    return values;
  }
  const minor = toMinor(values.amount as string, currency);
  if (typeof minor === "string") throw invalidAmount(minor);
  return { ...values, amount: minor };
}

function invalidAmount(message: string): ProblemError {
  return new ProblemError({ code: "validation_failed", errors: [{ path: "amount", message }] });
}
