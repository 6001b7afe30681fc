// Talks in a room: shows what is said, says each line that is typed, and says none twice whatever happens on the way
// (docs/chat.md). From the checkout: TOKEN=$(deno task token) deno run -A docs/examples/chat.ts property-1
const SERVER = Deno.env.get("SERVER") ?? "ws://127.0.0.1:4000";
const TOKEN = Deno.env.get("TOKEN") ?? "";
const [roomId = "property-1"] = Deno.args;
const headers = { authorization: `Bearer ${TOKEN}` };
/** Who the token is of: the server wants to hear the same. */
const userId = JSON.parse(atob(TOKEN.split(".")[1]!.replaceAll("-", "+").replaceAll("_", "/"))).sub;
/** Codes after which the same would end the same way. */
const FINAL = [1009, 4400, 4401, 4403, 4410];
/** Until what was refused for the moment is said again, where the server names no time. */
const AGAIN_MS = 1_000;
/** A server that is there says so every 10 s. */
const SILENCE_MS = 25_000;

/** Said and not acknowledged, by the id under which it is known when it is said again. */
const unsent = new Map<string, string>();
let rev: number | undefined;
let attempt = 0;
let open: WebSocket | undefined;

function connect(): void {
  // The type of the second argument is that of browsers, which cannot send headers.
  const socket = new WebSocket(`${SERVER}/v2/collaboration/chat/stream`, { headers } as unknown as string[]);
  let watchdog = setTimeout(lost, SILENCE_MS);

  function lost(code?: number): void {
    clearTimeout(watchdog);
    open = undefined;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
    if (code !== undefined && FINAL.includes(code)) {
      console.log(`closed for good: ${code}`);
      Deno.exit(1);
    }
    const waitMs = Math.random() * Math.min(1_000 * 2 ** attempt++, 30_000);
    console.log(`lost${code ? ` (${code})` : ""}, connecting again in ${Math.round(waitMs)} ms from ${rev}`);
    setTimeout(connect, waitMs);
  }

  socket.onopen = () => socket.send(JSON.stringify({ roomId, userId, afterRev: rev }));
  socket.onclose = ({ code }) => lost(code);
  socket.onmessage = ({ data }) => {
    const frame = JSON.parse(data);
    clearTimeout(watchdog);
    watchdog = setTimeout(lost, SILENCE_MS);
    if (frame.type === "joined") {
      for (const message of frame.history) show(message);
      ({ rev } = frame);
      attempt = 0;
      open = socket;
      console.log(`joined ${frame.name} at ${rev}`);
      for (const clientMsgId of unsent.keys()) say(clientMsgId);
    } else if (frame.type === "chat") {
      // A revision was left out: what is missing comes with the next `joined`.
      if ((frame.prevRev ?? frame.rev - 1) > rev!) return lost();
      show(frame);
      rev = Math.max(rev!, frame.rev);
    } else if (frame.type === "ack") unsent.delete(frame.clientMsgId);
    else if (frame.type === "error") {
      console.log(`${frame.code}: ${frame.message}`);
      const { clientMsgId, retryable, retryAfterMs = AGAIN_MS } = frame;
      if (!unsent.has(clientMsgId)) return;
      if (retryable) setTimeout(() => say(clientMsgId), retryAfterMs);
      else unsent.delete(clientMsgId);
    }
  };
}

function show(
  message: { seq: number; userName: string; text: string; deleted?: true; editedAt?: string },
): void {
  const mark = message.deleted ? " (deleted)" : message.editedAt ? " (edited)" : "";
  console.log(`#${message.seq} ${message.userName}: ${message.text}${mark}`);
}

function say(clientMsgId: string): void {
  const text = unsent.get(clientMsgId);
  if (text !== undefined) open?.send(JSON.stringify({ type: "chat", roomId, text, clientMsgId }));
}

connect();
let typed = "";
for await (const piece of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
  const lines = (typed + piece).split("\n");
  typed = lines.pop()!;
  for (const text of lines.filter((line) => line.trim() !== "")) {
    const clientMsgId = crypto.randomUUID();
    unsent.set(clientMsgId, text);
    say(clientMsgId);
  }
}
