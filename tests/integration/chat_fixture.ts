import assert from "node:assert/strict";
import type { Principal } from "@/lib/auth/principal.ts";
import type { ChatRefused } from "@/lib/chat/errors.ts";
import type { ChatMessage, NewMessage } from "@/lib/chat/message.ts";
import { type ChatRest, createChatRest } from "@/services/chat/chat_rest.ts";
import { inTenant } from "@/services/postgres/tenant.ts";
import type { Kept } from "@/services/chat/ports.ts";
import { PostgresChatRecord } from "@/services/chat/record.ts";
import { type Hotels, openHotels, person, resource } from "./resources_fixture.ts";

export interface ChatHotels extends Hotels {
  readonly record: PostgresChatRecord;
  readonly rest: ChatRest;
  /** Rooms that were told to have changed. */
  readonly changed: string[];
}

/** The hotels of the resource tests, with a record of what is said. */
export async function openChat(): Promise<ChatHotels> {
  const hotels = await openHotels();
  const { sql } = hotels;
  const changed: string[] = [];
  const rest = createChatRest({
    sql,
    told: (orgId, roomId) => changed.push(`${orgId} ${roomId}`),
    online: () => 3,
    now: () => Date.now(),
    random: () => 0,
    failed: (error) => {
      throw error;
    },
  });
  const dispose = hotels[Symbol.asyncDispose].bind(hotels);
  return Object.assign(hotels, {
    record: new PostgresChatRecord(sql),
    rest,
    changed,
    async [Symbol.asyncDispose]() {
      await rest.sweeper.close();
      await dispose();
    },
  });
}

let made = 0;

export function draft(roomId: string, text: string, rest: Partial<NewMessage> = {}): NewMessage {
  return { roomId, text, clientMsgId: `c${++made}`, replyTo: null, link: null, mentions: [], ...rest };
}

export async function say(
  { record }: ChatHotels,
  principal: Principal,
  message: NewMessage,
): Promise<Kept | ChatRefused> {
  const [verdict] = await record.send(principal.orgId, message.roomId, [{ principal, message }]);
  return verdict!;
}

/** The message of a verdict that must be one. */
export function kept(verdict: Kept | ChatRefused): ChatMessage {
  assert.ok("message" in verdict, `refused: ${JSON.stringify(verdict)}`);
  return verdict.message;
}

export function refused(verdict: object): string {
  assert.ok("error" in verdict, `not refused: ${JSON.stringify(verdict)}`);
  return String(verdict.error);
}

/** A topic, as the table has it: the first one owns it. */
export async function addTopic(
  { sql }: Hotels,
  { orgId = 1, propertyId = null, members }: {
    orgId?: number;
    propertyId?: number | null;
    members: readonly string[];
  },
): Promise<string> {
  return await inTenant(sql, orgId, async (tx) => {
    const [room] = await tx<{ id: string }[]>`
      insert into chat_rooms (org_id, id, property_id, name, created_by)
      values (${orgId}, 'topic-' || nextval('chat_topics'), ${propertyId}, 'Night shift', ${members[0]!})
      returning id`;
    for (const [index, userId] of members.entries()) {
      await tx`insert into chat_members (org_id, room_id, user_id, user_name, role, added_by)
        values (${orgId}, ${room!.id}, ${userId}, ${userId}, ${
        index === 0 ? "owner" : "member"
      }, ${members[0]!})`;
    }
    return room!.id;
  });
}

/** People whom others can mention. */
export async function addUsers(
  { store }: Pick<Hotels, "store">,
  logins: readonly string[],
  { orgId = 1, properties = "*", active = true }: {
    orgId?: number;
    properties?: "*" | number[];
    active?: boolean;
  } = {},
): Promise<void> {
  const admin = person({ orgId, role: "admin", userId: "root" });
  for (const login of logins) {
    const made = await store.create(admin, resource("users", "user"), {
      login,
      name: login,
      role: "staff",
      properties,
      active,
    });
    assert.ok(made.ok, JSON.stringify(made));
  }
}
