import assert from "node:assert/strict";
import { principalOf } from "@/lib/auth/principal.ts";
import { PostgresChatRecord } from "@/services/chat/record.ts";
import { seedDemo } from "@/services/demo/seed.ts";
import { DEMO_USERS } from "@/services/demo/users.ts";
import { connectPool } from "@/services/postgres/pool.ts";
import { testDatabase } from "../harness/postgres.ts";

Deno.test("chat demo - what was said is whole: sequences, revisions, quotes, links, receipts", async () => {
  const database = await testDatabase();
  const sql = connectPool(database.superuserUrl, { max: 1, applicationName: "test" });
  try {
    await seedDemo(database.ownerUrl);
    const rooms = await sql`select r.org_id, r.id, r.kind, r.last_seq, r.last_rev, count(*)::int as messages,
        max(m.seq) as seq, max(m.rev) as rev, count(m.reply_to)::int as replies
      from chat_rooms r join chat_messages m on m.org_id = r.org_id and m.room_id = r.id group by r.org_id, r.id`;
    assert.equal(rooms.length, 8);
    for (const room of rooms) {
      assert.equal(room.messages, room.last_seq, room.id);
      assert.equal(room.seq, room.last_seq);
      assert.ok(room.rev <= room.last_rev);
    }
    assert.ok(rooms.some(({ replies }) => replies > 0));
    const long = rooms.find(({ org_id, id }) => org_id === 1 && id === "property-1")!;
    assert.ok(long.messages >= 1000);
    const [dangling] = await sql`select count(*)::int as links from chat_messages m where link_id is not null
      and not exists (select from tasks t where m.link_entity = 'task' and t.org_id = m.org_id and t.id = m.link_id)
      and not exists (select from guests g where m.link_entity = 'guest' and g.org_id = m.org_id and g.id = m.link_id)
      and not exists (select from rooms r where m.link_entity = 'room' and r.org_id = m.org_id and r.id = m.link_id)`;
    assert.equal(dangling!.links, 0);
    const [reads] = await sql`select count(*)::int as wrong from chat_positions p
      where read_seq <> (select coalesce(sum(to_seq - from_seq + 1), 0) from chat_message_reads r
        where r.org_id = p.org_id and r.room_id = p.room_id and r.user_id = p.user_id)`;
    assert.equal(reads!.wrong, 0);
    const topics = rooms.filter(({ kind }) => kind === "topic").map(({ id }) => id);
    const [members] = await sql`select count(*)::int as owners from chat_members where role = 'owner'`;
    assert.equal(members!.owners, topics.length);
  } finally {
    await sql.end();
    await database.drop();
  }
});

Deno.test("chat demo - the demo people have something to read, and were mentioned in it", async () => {
  const database = await testDatabase();
  const sql = connectPool(database.appUrl, { max: 2, applicationName: "test" });
  try {
    await seedDemo(database.ownerUrl);
    const record = new PostgresChatRecord(sql);
    const told: Record<string, [unread: number, mentions: number]> = {};
    for (const { userId, orgId, role, properties } of DEMO_USERS) {
      const principal = principalOf({ sub: userId, orgId, role, properties, exp: 4_000_000_000 });
      assert.ok(typeof principal !== "string");
      const entered = await record.enter(principal, "property-1");
      assert.ok(!("error" in entered), JSON.stringify(entered));
      const { lastSeq, history } = await record.open(orgId, "property-1");
      assert.equal(history.at(-1)?.seq, lastSeq);
      told[userId] = [lastSeq - entered.readUpTo, entered.mentions];
    }
    assert.deepEqual(told, { meera: [4, 1], tomas: [2, 1], ishan: [9, 0], leela: [3, 1] });
  } finally {
    await sql.end();
    await database.drop();
  }
});
