import * as v from "valibot";
import type { Principal } from "@/lib/auth/principal.ts";
import { ProblemError } from "@/lib/protocol/problems.ts";
import { type Answer, refuse } from "@/lib/resources/answer.ts";
import { answered, readFields } from "@/services/chat/answers.ts";
import type { Sql } from "@/services/postgres/pool.ts";
import { inTenant } from "@/services/postgres/tenant.ts";

/** Longest time, in days, after which what was said is taken away. */
export const RETENTION_DAYS_MAX = 3650;

const DAYS = `must be 1 to ${RETENTION_DAYS_MAX}, or null for ever`;
/** The body. */
export const RetentionSchema = v.strictObject({
  days: v.nullable(
    v.pipe(v.number(DAYS), v.integer(DAYS), v.minValue(1, DAYS), v.maxValue(RETENTION_DAYS_MAX, DAYS)),
  ),
});

/** How long an organisation keeps what is said: for its admins, of all properties. */
export class ChatRetention {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  async get(principal: Principal): Promise<Answer<{ days: number | null }>> {
    const { orgId } = principal;
    if (!decides(principal)) return refuse(FORBIDDEN);
    return await answered(() =>
      inTenant(this.#sql, orgId, async (tx) => {
        const [row] = await tx<{ days: number | null }[]>`
          select chat_retention_days as days from organisations where id = ${orgId}`;
        return { days: row?.days ?? null };
      }, { readOnly: true })
    );
  }

  async put(principal: Principal, body: unknown): Promise<Answer<{ days: number | null }>> {
    const { orgId } = principal;
    if (!decides(principal)) return refuse(FORBIDDEN);
    const read = readFields(RetentionSchema, body);
    if (!read.ok) return read;
    const { days } = read.fields;
    return await answered(() =>
      inTenant(this.#sql, orgId, async (tx) => {
        const { count } =
          await tx`update organisations set chat_retention_days = ${days} where id = ${orgId}`;
        if (count > 0) return { days };
        throw new ProblemError({
          code: "forbidden",
          detail: "The organisation of this token is not set up here",
        });
      })
    );
  }
}

const FORBIDDEN = {
  code: "forbidden",
  detail: "Admins of the whole organisation decide how long what is said is kept",
} as const;

function decides({ role, properties }: Principal): boolean {
  return role === "admin" && properties === "*";
}
