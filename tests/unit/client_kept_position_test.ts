import assert from "node:assert/strict";
import { KEEP_MS, KEPT_MS_MAX, KeptPosition, type StorageLike } from "@/lib/client/kept_position.ts";
import { NOWHERE } from "@/lib/client/position.ts";

const WHO = { orgId: 1, userId: "u" };
const NOW = 1_000_000;
const KEY = "innstream.position.1.u";

class Storage implements StorageLike {
  readonly values = new Map<string, string>();
  writes = 0;

  getItem(key: string): string | null {
    return this.values.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    this.writes++;
    this.values.set(key, value);
  }
}

const at = (seq: number, epoch = "e1") => ({ seq, epoch });

function kept(seq: number, epoch = "e1"): Storage {
  const storage = new Storage();
  new KeptPosition(storage, WHO).keep(at(seq, epoch), NOW);
  return storage;
}

Deno.test("client kept position - a page goes on where the one before left off, if that is behind what it has read", () => {
  const begin = (storage: Storage, read: { seq: number; epoch: string | null }, now = NOW) => {
    return new KeptPosition(storage, WHO).begin(read, now);
  };
  assert.deepEqual(begin(kept(10), at(15)), at(10));
  assert.deepEqual(begin(kept(20), at(15)), at(15), "a page from a cache is behind");
  assert.deepEqual(begin(kept(10, "e0"), at(15)), at(15), "another stream");
  assert.deepEqual(begin(new Storage(), at(15)), at(15));
  assert.deepEqual(begin(kept(10), NOWHERE), NOWHERE, "a page without snapshots asks for them");
});

Deno.test("client kept position - it is good for a minute", () => {
  const { values } = kept(10);
  const storage = new Storage();
  storage.setItem(KEY, values.get(KEY)!);
  const position = new KeptPosition(storage, WHO);
  assert.deepEqual(position.begin(at(15), NOW + KEPT_MS_MAX), at(10));
  assert.deepEqual(position.begin(at(15), NOW + KEPT_MS_MAX + 1), at(15));
});

Deno.test("client kept position - it is written once a second, at once where the page is left, and never unknown", () => {
  const storage = new Storage();
  const position = new KeptPosition(storage, WHO);
  position.keep(NOWHERE, NOW, true);
  assert.equal(storage.writes, 0);
  position.keep(at(1), NOW);
  position.keep(at(2), NOW + KEEP_MS - 1);
  assert.equal(storage.writes, 1);
  position.keep(at(3), NOW + KEEP_MS);
  position.keep(at(4), NOW + KEEP_MS, true);
  assert.equal(storage.writes, 3);
  assert.deepEqual([...storage.values], [[KEY, JSON.stringify({ ...at(4), at: NOW + KEEP_MS })]]);
});

Deno.test("client kept position - it belongs to one person in one organisation", () => {
  const storage = kept(10);
  for (const who of [{ orgId: 2, userId: "u" }, { orgId: 1, userId: "v" }]) {
    assert.deepEqual(new KeptPosition(storage, who).begin(at(15), NOW), at(15));
  }
});

Deno.test("client kept position - garbage and a storage that is full or forbidden change nothing", () => {
  const garbage = [
    "",
    "7",
    "null",
    "[]",
    "{",
    `{"seq":10,"epoch":"e1"}`,
    `{"seq":-1,"epoch":"e1","at":1000000}`,
  ]
    .concat([`{"seq":"10","epoch":"e1","at":1000000}`, `{"seq":10,"epoch":null,"at":1000000}`]);
  for (const text of garbage) {
    const storage = new Storage();
    storage.setItem(KEY, text);
    assert.deepEqual(new KeptPosition(storage, WHO).begin(at(15), NOW), at(15), text);
  }
  const forbidden: StorageLike = {
    getItem: () => {
      throw new Error("forbidden");
    },
    setItem: () => {
      throw new Error("full");
    },
  };
  for (const storage of [forbidden, null]) {
    const position = new KeptPosition(storage, WHO);
    position.keep(at(10), NOW);
    assert.deepEqual(position.begin(at(15), NOW), at(15));
  }
});
