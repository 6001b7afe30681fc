export { boot } from "./client.ts";

/** Where the development server tells pages that something was rebuilt. */
const ALIVE_URL = "/_frsh/alive";
const RETRY_MS = 500;

let revision: string | undefined;

/** Reloads the page when the revision changes, also after a restart of the server. */
function connect(): void {
  const url = new URL(ALIVE_URL, location.href);
  url.protocol = url.protocol.replace("http", "ws");
  const socket = new WebSocket(url);
  socket.onmessage = ({ data }) => {
    revision ??= data;
    if (revision !== data) location.reload();
  };
  socket.onclose = () => setTimeout(connect, RETRY_MS);
}

connect();
