import { createServer } from "node:http";
import process from "node:process";
import { FileStore } from "@tus/file-store";
import { Server } from "@tus/server";

/** tus with its file store: `node tus_server.mjs DIRECTORY`; says `listening 127.0.0.1:PORT`. Runs on Node, as it is meant to. */
const [directory = ""] = process.argv.slice(2);
const tus = new Server({ path: "/files", datastore: new FileStore({ directory }) });
// The protocol's answers carry the address that was asked, so that the link stays in between.
const server = createServer((request, response) => void tus.handle(request, response));
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address();
  console.log(`listening 127.0.0.1:${port}`);
});
process.on("SIGTERM", () => process.exit(0));
