// Frames and answers that the documentation shows as examples are such as the contracts allow.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { CHANNELS } from "@/lib/contracts/channels.ts";
import type { Message } from "@/lib/contracts/message.ts";
import { validatorOf } from "../harness/contracts.ts";

/** Where examples of which socket stand. */
const PAGES = [["protocol.md", "stream"], ["chat.md", "chat"], ["uploads.md", "upload"]] as const;

/** The JSON objects of the blocks of a page: of one object, or with one in each line. */
function examplesOf(page: string): Record<string, unknown>[] {
  const text = Deno.readTextFileSync(fileURLToPath(new URL(`../../docs/${page}`, import.meta.url)));
  const blocks = [...text.matchAll(/^```(jsonl?)\n([\s\S]*?)^```$/gm)];
  return blocks.flatMap(([, kind, body]) =>
    (kind === "jsonl" ? body!.trim().split("\n") : [body!]).map((one) => JSON.parse(one))
  );
}

/** The messages that an example may be: by its type, or the first frame of a client. */
function candidates(channel: string, example: Record<string, unknown>): readonly Message[] {
  const { messages } = CHANNELS.find(({ id }) => id === channel)!;
  const name = example.type ??
    ("userId" in example || "version" in example || "filename" in example ? "handshake" : undefined);
  return messages.filter((message) => message.name === name);
}

for (const [page, channel] of PAGES) {
  Deno.test(`docs - the frames that ${page} shows are such as the contracts allow`, () => {
    const frames = examplesOf(page).filter((example) => candidates(channel, example).length > 0);
    assert.ok(frames.length >= 2, "the page shows frames");
    for (const frame of frames) {
      const found = candidates(channel, frame).map(({ schema }) => validatorOf(schema));
      const isAllowed = found.some((validate) => validate(frame));
      assert.ok(isAllowed, `${JSON.stringify(frame)}: ${JSON.stringify(found.map(({ errors }) => errors))}`);
    }
  });
}
