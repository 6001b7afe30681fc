import { connectPool } from "@/services/postgres/pool.ts";
import { inTenant } from "@/services/postgres/tenant.ts";

/** Whose people the scripts play: also there in the demo. */
export const ORG_ID = 1;
export const PROPERTY_ID = 1;

/** Puts one organisation with one property into an empty database. */
export async function seedHouse(ownerUrl: string): Promise<void> {
  const sql = connectPool(ownerUrl, { max: 1, applicationName: "innstream-load" });
  try {
    await inTenant(sql, ORG_ID, async (tx) => {
      await tx`insert into organisations (id, name) values (${ORG_ID}, 'Load')`;
      await tx`insert into properties (org_id, id, name, address, timezone, created_by)
        values (${ORG_ID}, ${PROPERTY_ID}, 'Load', '', 'UTC', 'load')`;
    });
  } finally {
    await sql.end();
  }
}
