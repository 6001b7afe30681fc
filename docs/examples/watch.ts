// Shows events as they come, and misses none while the connection comes and goes (docs/protocol.md says why).
// From the checkout: TOKEN=$(deno task token) deno run -A docs/examples/watch.ts finance,tasks
const SERVER = Deno.env.get("SERVER") ?? "ws://127.0.0.1:4000";
const services = (Deno.args[0] ?? "finance,staff,tasks").split(",");
const headers = { authorization: `Bearer ${Deno.env.get("TOKEN")}` };
const FINAL = [1009, 4400, 4401, 4403, 4410];
const SEEN_MAX = 1000;
const GRACE_MS = 5_000;

let lastSeq = 0;
let epoch: string | undefined;
let attempt = 0;
const seen = new Set<string>();

function connect(): void {
  // The type of the second argument is that of browsers, which cannot send headers.
  const socket = new WebSocket(`${SERVER}/v2/realtime/stream`, { headers } as unknown as string[]);
  let reconnectInMs: number | undefined;
  let silenceMs = 15_000;
  let watchdog = setTimeout(lost, silenceMs);

  function lost(code?: number): void {
    clearTimeout(watchdog);
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
    if (code !== undefined && FINAL.includes(code)) return console.log(`closed for good: ${code}`);
    const waitMs = reconnectInMs ?? Math.random() * Math.min(1_000 * 2 ** attempt++, 30_000);
    console.log(
      `lost${code ? ` (${code})` : ""}, connecting again in ${Math.round(waitMs)} ms from ${lastSeq}`,
    );
    setTimeout(connect, waitMs);
  }

  socket.onopen = () => socket.send(JSON.stringify({ services, version: 1, lastSeq, epoch }));
  socket.onclose = ({ code }) => lost(code);
  socket.onmessage = ({ data }) => {
    const frame = JSON.parse(data);
    clearTimeout(watchdog);
    watchdog = setTimeout(lost, silenceMs);
    if (frame.type === "event") {
      if (frame.prevSeq > lastSeq) return lost();
      for (const { id, entity, action, data } of frame.events) {
        if (!seen.has(id)) console.log(frame.service, entity, action, JSON.stringify(data));
        seen.add(id);
        if (seen.size > SEEN_MAX) seen.delete(seen.values().next().value!);
      }
      lastSeq = Math.max(lastSeq, frame.seq);
    } else if (frame.type === "ack") {
      lastSeq = frame.epoch === epoch ? Math.max(lastSeq, frame.seq) : frame.seq;
      epoch = frame.epoch;
      attempt = 0;
      silenceMs = 2 * frame.heartbeatMs + GRACE_MS;
      console.log(`connected at ${lastSeq}`);
    } else if (frame.type === "ping") lastSeq = Math.max(lastSeq, frame.seq);
    else if (frame.type === "reset") {
      ({ seq: lastSeq, epoch } = frame);
      console.log(`reset (${frame.reason}): read the lists again, then go on from ${lastSeq}`);
    } else if (frame.type === "downgrade") reconnectInMs = frame.reconnectInMs;
    else if (frame.type === "error") console.log(`${frame.code}: ${frame.message}`);
  };
}

connect();
