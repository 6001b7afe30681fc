/**
 * The lower bound on work: a Deno server that sends every event, as one frame, to every socket, and does
 * nothing else. No tenants, no filters, no history, no slow-socket rule, nothing is ever refused.
 *
 * Prints `ready <http port> <control port>`. Every line on the control port is broadcast as it is and
 * answered with one `+`.
 */
const sockets = new Set<WebSocket>();
/** Above Deno's 511: the driver dials in parallel. */
const BACKLOG = 4096;

const server = Deno.serve(
  { hostname: "127.0.0.1", port: 0, tcpBacklog: BACKLOG, onListen: () => {} },
  (request) => {
    if (request.headers.get("upgrade") !== "websocket") {
      return new Response(null, { status: 426 });
    }
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onopen = () => {
      sockets.add(socket);
      socket.send('{"type":"ack"}');
    };
    socket.onclose = () => sockets.delete(socket);
    socket.onerror = () => sockets.delete(socket);
    return response;
  },
);

const control = Deno.listen({ hostname: "127.0.0.1", port: 0 });
console.log("ready", server.addr.port, control.addr.port);

for await (const publisher of control) {
  const answers = publisher.writable.getWriter();
  let rest = "";
  for await (
    const text of publisher.readable.pipeThrough(new TextDecoderStream())
  ) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      for (const socket of sockets) socket.send(line);
    }
    await answers.write(new TextEncoder().encode("+".repeat(lines.length)));
  }
}
