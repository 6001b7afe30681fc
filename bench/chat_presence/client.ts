/** Somebody in a chat room, as a process: `client.ts <addr> <token> <userId> <roomId>`. Prints `joined`. */
const [addr = "", token = "", userId = "", roomId = ""] = Deno.args;
const headers = { authorization: `Bearer ${token}` };
const socket = new WebSocket(`ws://${addr}/v2/collaboration/chat/stream`, { headers } as unknown as string[]);
socket.onopen = () => socket.send(JSON.stringify({ roomId, userId }));
socket.onmessage = ({ data }) => {
  if (JSON.parse(data).type === "joined") console.log("joined");
};
socket.onclose = () => Deno.exit(1);
