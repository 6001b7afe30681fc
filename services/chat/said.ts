import { parseChatFrame } from "@/lib/chat/client_frames.ts";
import type { NewMessage } from "@/lib/chat/message.ts";
import { type Answer, refuse } from "@/lib/resources/answer.ts";
import { isPlainObject } from "@/lib/resources/plain_json.ts";

/** What a request wants to say: the body is a `chat` frame without its type and room. `newId` names one without an id. */
export function readMessage(
  body: unknown,
  { roomId, newId }: { roomId: string; newId: () => string },
): Answer<{ message: NewMessage }> {
  if (!isPlainObject(body)) return refuse({ code: "bad_request", detail: "The body must be a JSON object" });
  const frame = parseChatFrame(JSON.stringify({ ...body, type: "chat", roomId }));
  if ("error" in frame) {
    const { error, detail } = frame;
    if (error === "frame_too_big") return refuse({ code: "body_too_large", detail: `${detail} characters` });
    return refuse({ code: "validation_failed", detail });
  }
  if (frame.type !== "chat") throw new TypeError(`A message was read as a frame ${frame.type}`);
  const { text, clientMsgId, replyTo, link, mentions } = frame;
  return {
    ok: true,
    message: { roomId, text, clientMsgId: clientMsgId ?? newId(), replyTo, link, mentions },
  };
}
