// Uploads a file, goes on where it was after every loss, and waits until the document is read (docs/uploads.md).
// From the checkout: TOKEN=$(deno task token) deno run -A docs/examples/upload.ts scan.pdf application/pdf aadhaar
const SERVER = Deno.env.get("SERVER") ?? "http://127.0.0.1:4000";
const [path = "", mimetype = "application/pdf", documentType = "other", guestId] = Deno.args;
const headers = { authorization: `Bearer ${Deno.env.get("TOKEN")}` };
const file = await Deno.readFile(path);
/** Codes after which the same would end the same way. */
const FINAL = [4400, 4401, 4403, 4404, 4410, 4413, 4415, 4422];
const READ_POLL_MS = 1_000;

let uploadId: string | undefined;
let documentId: number | undefined;
for (let attempt = 0; documentId === undefined; attempt++) {
  const code = await connection();
  if (FINAL.includes(code)) Deno.exit(1);
  if (documentId !== undefined) break;
  const waitMs = Math.random() * Math.min(1_000 * 2 ** attempt, 30_000);
  console.log(`lost (${code}), going on in ${Math.round(waitMs)} ms`);
  await new Promise((resolve) => setTimeout(resolve, waitMs));
}

/** Sends what is wanted. Answers the code with which the connection closed. */
function connection(): Promise<number> {
  // The type of the second argument is that of browsers, which cannot send headers.
  const socket = new WebSocket(`${SERVER.replace("http", "ws")}/v2/documents/upload/stream`, {
    headers,
  } as unknown as string[]);
  let next = 0, window = 0, chunkSize = 0;

  function send(stored: number): void {
    for (; next <= stored + window; next++) {
      const from = (next - 1) * chunkSize;
      if (from >= file.length) return;
      const data = file.subarray(from, from + chunkSize).toBase64();
      socket.send(JSON.stringify({ seq: next, data, final: from + chunkSize >= file.length }));
    }
  }

  socket.onopen = () =>
    socket.send(JSON.stringify({
      filename: path.split("/").at(-1),
      filesize: file.length,
      mimetype,
      documentType,
      guestId: guestId === undefined ? undefined : Number(guestId),
      propertyId: 1,
      uploadId,
    }));
  socket.onmessage = ({ data }) => {
    const frame = JSON.parse(data);
    if (frame.type === "ready") {
      ({ uploadId, nextSeq: next, window, chunkSize } = frame);
      console.log(`ready: upload ${uploadId}, from byte ${frame.offset}`);
      send(next - 1);
    } else if (frame.type === "progress") {
      console.log(`${frame.percent} %`);
      send(frame.seq);
    } else if (frame.type === "complete") {
      documentId = frame.documentId;
      console.log(`complete: document ${documentId}, SHA-256 ${frame.sha256}`);
    } else if (frame.type === "error") {
      console.log(`${frame.code}: ${frame.message}`);
      if (frame.code === "seq_mismatch") send((next = frame.nextSeq) - 1);
    }
  };
  return new Promise((resolve) => socket.onclose = ({ code }) => resolve(code));
}

for (let said = "";;) {
  const document = await (await fetch(`${SERVER}/v2/documents/${documentId}`, { headers })).json();
  const now = [document.status, document.stage, document.problem].filter(Boolean).join(", ");
  if (now !== said) console.log(said = now);
  if (!["uploaded", "processing"].includes(document.status)) {
    for (const [name, field] of Object.entries<Record<string, unknown>>(document.fields)) {
      console.log(`${name}: ${field.value} (${field.source}${field.needsReview ? ", needs a look" : ""})`);
    }
    break;
  }
  await new Promise((resolve) => setTimeout(resolve, READ_POLL_MS));
}
