import { App, staticFiles } from "fresh";
import type { State } from "./define.ts";

export const app = new App<State>()
  .use(staticFiles())
  .get("/ws", (ctx) => {
    const { socket, response } = ctx.upgrade({ idleTimeout: 5 });
    socket.onmessage = ({ data }) => socket.send(`echo ${data}`);
    return response;
  })
  .fsRoutes();
