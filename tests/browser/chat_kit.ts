import type { Locator, Page } from "playwright-core";
import { connectPool } from "@/services/postgres/pool.ts";
import { inTenant } from "@/services/postgres/tenant.ts";
import { call } from "../harness/live.ts";
import type { Person, Scene } from "./kit.ts";
import type { Tab } from "./tab.ts";

const ROOMS = "/v2/collaboration/rooms";
/** Everybody of the first property of the demo is in it. */
export const HOUSE = "property-1";

/** Opens chat, or a room of it, and waits until it is live. */
export async function chatTab(person: Person, room?: string): Promise<Tab> {
  const tab = await person.tab(room === undefined ? "/chat" : `/chat?room=${room}`);
  await isLive(tab);
  if (room !== undefined) await tab.page.locator('.chat-conversation[data-state="open"]').waitFor();
  return tab;
}

export async function isLive({ page }: Tab): Promise<void> {
  await page.locator(".chat-state-live").waitFor();
}

export function writing(page: Page): Locator {
  return page.locator(".chat-input");
}

export async function say({ page }: Tab, text: string): Promise<void> {
  await writing(page).fill(text);
  await writing(page).press("Enter");
}

/** A message by what it says. */
export function message({ page }: Tab, text: string): Locator {
  return page.locator("[data-message]", { has: page.locator(".chat-text").getByText(text, { exact: true }) });
}

/** Chooses from the menu of a message, by keyboard. */
export async function choose(tab: Tab, text: string, item: string): Promise<void> {
  const { page } = tab;
  await message(tab, text).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("menuitem", { name: item, exact: true }).click();
}

/** Makes a topic as one of the demo's people, by REST. */
export async function newTopic(
  { server }: Scene,
  name: string,
  { as = "meera", members = [] }: { as?: string; members?: readonly string[] } = {},
): Promise<string> {
  const token = await server.token({ sub: as, name: "Meera Deshpande", properties: "*" });
  const answer = await call(server.url + ROOMS, { token, json: { name, propertyId: 1, members } });
  if (answer.status !== 201) throw new Error(answer.text);
  return answer.json.roomId;
}

/** A room in which so much was said by two people, without anybody waiting for it. */
export async function fillRoom({ server }: Scene, roomId: string, count: number): Promise<void> {
  const sql = connectPool(server.database.ownerUrl, { max: 1, applicationName: "test-chat" });
  try {
    await inTenant(sql, 1, async (tx) => {
      const [room] = await tx<{ last: number }[]>`
        select last_seq as last from chat_rooms where org_id = 1 and id = ${roomId}`;
      const last = Number(room!.last);
      await tx`
        insert into chat_messages
          (org_id, room_id, seq, rev, user_id, user_name, client_msg_id, text, at)
        select 1, ${roomId}, ${last} + n, ${last} + n, case n % 7 when 0 then 'meera' else 'tomas' end,
          case n % 7 when 0 then 'Meera Deshpande' else 'Tomas Fernandes' end, 'fill-' || n,
          case n when 1 then 'where it all began' else 'line ' || n || repeat(' and so on', (n % 9)::integer) end,
          now() - (${count} - n) * interval '1 minute'
        from generate_series(1, ${count}) n`;
      await tx`
        update chat_rooms set last_seq = ${last + count}, last_rev = ${last + count}, last_at = now()
        where org_id = 1 and id = ${roomId}`;
    });
  } finally {
    await sql.end();
  }
}
