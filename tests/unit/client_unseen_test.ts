import assert from "node:assert/strict";
import type { StorageLike } from "@/lib/client/kept_position.ts";
import { Unseen, UNSEEN_MAX } from "@/lib/client/unseen.ts";

const WHO = { orgId: 1, userId: "u" };

class Storage implements StorageLike {
  value: string | null = null;
  writes = 0;

  getItem(): string | null {
    return this.value;
  }

  setItem(_key: string, value: string): void {
    this.writes++;
    this.value = value;
  }
}

Deno.test("client unseen - a batch is counted by service and written down once, for the next page of the tab", () => {
  const storage = new Storage();
  const unseen = new Unseen(storage, WHO);
  unseen.add(new Map([["tasks", 98], ["finance", 2]]));
  unseen.add(new Map());
  assert.equal(storage.writes, 1);
  unseen.add(new Map([["tasks", 2 * UNSEEN_MAX]]));
  unseen.look("finance");
  unseen.look("finance");
  assert.equal(storage.writes, 3);
  const next = new Unseen(storage, WHO);
  assert.deepEqual([next.of("tasks"), next.of("finance"), next.of("guest")], [UNSEEN_MAX, 0, 0]);
});
