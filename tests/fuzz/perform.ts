import { PROBLEMS } from "@/lib/protocol/problems.ts";
import { headers as natsHeaders } from "@nats-io/transport-node";
import { jetstream } from "@nats-io/jetstream";
import { TestSocket } from "../harness/socket.ts";
import type { Action, BothAction, HttpAction, NatsAction } from "./actions.ts";
import { crossing, type Org, ORGANISATIONS, otherOrg } from "./markers.ts";
import { PEOPLE, readerOf } from "./people.ts";
import { type PlainAnswer, plainRequest } from "./plain_http.ts";
import { OTHERS_TICKET, OTHERS_TOKEN, PATHS, type SocketAction } from "./socket_actions.ts";
import type { World } from "./world.ts";

/** What was done so far, for the report. */
export class Tally {
  requests = 0;
  sockets = 0;
  frames = 0;
  published = 0;
  readonly statuses = new Map<number, number>();
  /** Routes that were answered with a success at least once. */
  readonly succeeded = new Set<string>();

  add(answer: PlainAnswer, route?: string): void {
    this.requests++;
    this.statuses.set(answer.status, (this.statuses.get(answer.status) ?? 0) + 1);
    if (route !== undefined && answer.status < 400) this.succeeded.add(route);
  }

  get line(): string {
    const statuses = [...this.statuses].sort(([a], [b]) => a - b).map(([status, n]) => `${status}: ${n}`);
    return `${this.requests} requests, ${this.sockets} sockets with ${this.frames} frames, ` +
      `${this.published} messages; answers ${statuses.join(", ")}`;
  }
}

const SIGNING_OUT: ReadonlySet<string> = new Set(["/auth/revoke", "/sign-out"]);

/** Does what the action says, as `org`. Answers what was wrong with what came back; undefined: nothing. */
export async function perform(
  world: World,
  org: Org,
  action: Action,
  tally: Tally,
): Promise<string | undefined> {
  switch (action.kind) {
    case "http":
      return await request(world, org, action, tally);
    case "both":
      return await readByBoth(world, action, tally);
    case "socket":
      return await talk(world, org, action, tally);
    case "nats":
      return await publish(world, action, tally);
  }
}

async function request(
  world: World,
  org: Org,
  action: HttpAction,
  tally: Tally,
): Promise<string | undefined> {
  const { method, target, headers, body, who, byCookie } = action;
  const { server } = world;
  const token = world.tokens[org][who]!;
  const credentials = byCookie
    ? { cookie: `token=${token}`, origin: headers.origin ?? server.url }
    : { authorization: `Bearer ${token}` };
  const answer = await plainRequest(server.url, {
    method,
    target,
    headers: { ...headers, ...credentials },
    body,
  });
  tally.add(answer, action.route);
  if (SIGNING_OUT.has(action.route) && answer.status < 400) await world.renewTokens(org);
  const sent = decoded(`${target} ${body ?? ""} ${JSON.stringify(headers)}`);
  const wrong = wrongWith(answer, action) ?? crossed(answer, org, { who, sent });
  return answer.status < 500 ? wrong : `${wrong}\nlogged: ${JSON.stringify(server.logged.at(-1))}`;
}

/** A marker that was asked for may be repeated in what is said of the question. */
function crossed(
  answer: PlainAnswer,
  org: Org,
  { who, sent }: { who: number; sent: string },
): string | undefined {
  const found = crossing(answer.text, readerOf(org, who));
  return found === undefined || sent.includes(`Zq${otherOrg(org)}p`) ? undefined : `the answer has ${found}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Every refusal has the documented form; nothing is a fault of ours. */
function wrongWith(
  answer: PlainAnswer,
  { method, route }: Pick<HttpAction, "method" | "route">,
): string | undefined {
  const { status, text } = answer;
  if (status < 400) return undefined;
  if (status >= 500) return `${status}: ${text.slice(0, 600)}`;
  if (method === "HEAD") return undefined;
  const type = answer.headers.get("content-type") ?? "";
  // A page says in words what is wrong.
  if (type.startsWith("text/html")) return undefined;
  if (type !== "application/problem+json") {
    return `${status} is no problem but ${type}: ${text.slice(0, 600)}`;
  }
  const { code, status: told } = answer.json as { code: keyof typeof PROBLEMS; status: number };
  const known = Object.hasOwn(PROBLEMS, code) ? PROBLEMS[code][0] : undefined;
  return known === status && told === status
    ? undefined
    : `${status} of ${route} is told as ${code} (${told})`;
}

async function readByBoth(
  world: World,
  { who, target }: BothAction,
  tally: Tally,
): Promise<string | undefined> {
  const times = ORGANISATIONS.flatMap((org) => [org, org]);
  // One after the other on the same connections, without a pause between: the last of one is the first of the other.
  const orgs = [times[0]!, times[2]!, times[1]!, times[3]!];
  const answers = await Promise.all(orgs.map(async (org) => {
    const token = world.tokens[org][who]!;
    const headers = { authorization: `Bearer ${token}`, cookie: `token=${token}` };
    return {
      org,
      answer: await plainRequest(world.server.url, { method: "GET", target, headers, body: null }),
    };
  }));
  for (const { org, answer } of answers) {
    tally.add(answer);
    const wrong = wrongWith(answer, { method: "GET", route: target }) ??
      crossed(answer, org, { who, sent: decoded(target) });
    if (wrong !== undefined) return `as ${org}: ${wrong}`;
  }
  return undefined;
}

/** A frame that is the last one the server works off, and how its answer is known. */
const LAST: Readonly<Record<SocketAction["endpoint"], object>> = {
  stream: { type: "subscribe", services: ["last-of-all"] },
  chat: { type: "typing", roomId: "property-424242", typing: true },
  upload: { type: "cancel" },
};
const IS_LAST = /last-of-all|property-424242/;

async function talk(world: World, org: Org, action: SocketAction, tally: Tally): Promise<string | undefined> {
  const { endpoint, who } = action;
  const { server } = world;
  const socket = await TestSocket.open(`${server.wsUrl}${PATHS[endpoint]}`, world.tokens[org][who]);
  tally.sockets++;
  const [first, ...rest] = action.frames;
  const isOver = () =>
    socket.closed !== undefined || IS_LAST.test(JSON.stringify(socket.frames.at(-1) ?? ""));
  try {
    socket.send(first);
    if (endpoint === "upload") {
      await socket.until(() => socket.closed !== undefined || socket.frames.length > 0);
    }
    for (const frame of [...rest, LAST[endpoint]]) {
      if (socket.closed !== undefined) break;
      socket.send(await filledIn(world, otherOrg(org), who, frame));
    }
    await socket.until(isOver);
    tally.frames += action.frames.length;
    if (socket.closed === undefined) await socket.close();
  } catch (error) {
    return `the ${endpoint} socket: ${error instanceof Error ? error.message.slice(0, 600) : error}`;
  }
  const text = JSON.stringify(socket.frames) + (socket.closed?.reason ?? "");
  const found = crossing(text, readerOf(org, who));
  if (found !== undefined) return `the ${endpoint} socket was told ${found}`;
  const fault = socket.frames.find(({ type, code }) =>
    type === "error" && (code === "internal" || code === "unavailable")
  );
  if (fault !== undefined) return `the ${endpoint} socket was told ${JSON.stringify(fault)}`;
  const isUnknown = socket.closed!.code === 1006 || socket.closed!.code === 1011;
  return isUnknown ? `the ${endpoint} socket ended with ${socket.closed!.code}` : undefined;
}

/** A ticket lives for seconds: it is made when it is sent. */
async function filledIn(world: World, other: Org, who: number, frame: object): Promise<object> {
  if (!("token" in frame) && !("ticket" in frame)) return frame;
  const given = frame as { token?: unknown; ticket?: unknown };
  if (given.token === OTHERS_TOKEN) return { ...frame, token: world.tokens[other][who] };
  if (given.ticket !== OTHERS_TICKET) return frame;
  const { tickets, tokens } = world.server.services;
  const principal = await tokens.verify(world.tokens[other][who]!);
  if ("code" in principal) throw new Error(`the token of ${PEOPLE[who]!.sub} is refused: ${principal.code}`);
  return { ...frame, ticket: await tickets.issue(principal, crypto.randomUUID()) };
}

async function publish(
  world: World,
  { subject, payload, id }: NatsAction,
  tally: Tally,
): Promise<string | undefined> {
  const { nats } = world.server.services;
  tally.published++;
  const head = natsHeaders();
  if (id !== null) head.set("Nats-Msg-Id", id);
  if (subject.startsWith("evt.")) {
    try {
      await jetstream(nats).publish(subject, payload, { headers: head });
    } catch (error) {
      // The broker itself takes no wildcard and no empty token.
      if (!/invalid|no response|subject/i.test(String(error))) {
        return `${subject} cannot be published: ${error}`;
      }
    }
    return undefined;
  }
  nats.publish(subject, payload, { headers: head });
  await nats.flush();
  return undefined;
}

/** Is there still an answer for everybody of this organisation? */
export async function isServed(world: World, org: Org): Promise<boolean> {
  const statuses = await Promise.all(world.tokens[org].map(async (token) => {
    const headers = { authorization: `Bearer ${token}` };
    const request = { method: "GET", target: "/v2/realtime/recent?limit=1", headers, body: null };
    return (await plainRequest(world.server.url, request)).status;
  }));
  return statuses.every((status) => status === 200);
}
