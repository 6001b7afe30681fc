import { jetstream } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { type Service, SERVICE_NAMES, SERVICES } from "@/lib/protocol/services.ts";
import { Tokens } from "@/services/auth/tokens.ts";
import { connectNats } from "@/services/nats/connect.ts";
import { ORG_ID, PROPERTY_ID } from "./house.ts";
import type { Target } from "./target.ts";
import type { Taken, Usage } from "@/bench/common/taken.ts";

const TOKENS_MAX = 10_000;
const EVENTS_MAX = 1_000_000;

export interface LedgerOptions {
  readonly target: Target;
  readonly usage: Usage;
  /** Marks the events of this run among all others. */
  readonly run: string;
  readonly tokenSeconds: number;
  /** Hears each sample. */
  readonly onUsage: (taken: Readonly<Record<string, Taken>>) => void;
}

/**
 * What the scripts ask for and cannot do themselves: tokens, a publish over NATS, what the processes take, a crash. And the
 * list of what was published, so that each client can tell what it did not get.
 */
export class Ledger {
  readonly #options: LedgerOptions;
  readonly #nats: NatsConnection;
  readonly #tokens: Tokens;
  readonly #published = new Set<number>();
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  /** Nobody else on this machine is to kill the app. */
  readonly #secret = crypto.randomUUID();

  private constructor(options: LedgerOptions, nats: NatsConnection) {
    this.#options = options;
    this.#nats = nats;
    this.#tokens = new Tokens({
      jwtSecret: options.target.secret,
      jwksUrl: undefined,
      jwtIssuer: Deno.env.get("JWT_ISSUER") || undefined,
      jwtAudience: Deno.env.get("JWT_AUDIENCE") || undefined,
    });
    this.#server = Deno.serve({
      hostname: "127.0.0.1",
      port: 0,
      onListen() {},
      onError: (error) => new Response(String(error), { status: 500 }),
    }, (request) => this.#answer(request));
  }

  static async open(options: LedgerOptions): Promise<Ledger> {
    return new Ledger(options, await connectNats(options.target.natsUrl, "innstream-load"));
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/${this.#secret}`;
  }

  async close(): Promise<void> {
    await this.#server.shutdown();
    await this.#nats.close();
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const [, secret, what] = pathname.split("/");
    if (secret !== this.#secret) return new Response("not found", { status: 404 });
    switch (`${request.method} ${what}`) {
      case "GET tokens":
        return Response.json(await this.#mint(searchParams));
      case "POST publish":
        return await this.#publish(numberOf(searchParams));
      case "POST published":
        this.#published.add(numberOf(searchParams));
        return new Response(null, { status: 204 });
      case "GET published":
        return Response.json([...this.#published].sort((a, b) => a - b));
      case "POST wake":
        return await this.#wake();
      case "GET usage": {
        const taken = await this.#options.usage.look();
        this.#options.onUsage(taken);
        return Response.json(taken);
      }
      case "POST crash": {
        const { crash } = this.#options.target;
        if (crash === undefined) return new Response("the app is not ours", { status: 409 });
        await crash();
        return new Response(null, { status: 204 });
      }
      default:
        return new Response("not found", { status: 404 });
    }
  }

  /** Tokens of the people number `from` and those that follow. */
  #mint(query: URLSearchParams): Promise<string[]> {
    const [from, count] = [Number(query.get("from")), Number(query.get("count"))];
    if (!Number.isInteger(from) || !(count >= 0 && count <= TOKENS_MAX)) {
      throw new RangeError(`tokens from ${from}, ${count} of them: 0 to ${TOKENS_MAX} can be had at once`);
    }
    const people = Array.from({ length: count }, (_, i) => `load-${from + i}`);
    return Promise.all(people.map((sub) => {
      const claims = { sub, orgId: ORG_ID, role: "manager", name: sub };
      return this.#tokens.sign(claims, this.#options.tokenSeconds);
    }));
  }

  /** Publishes as another service would, with JetStream's acknowledgement. */
  async #publish(n: number): Promise<Response> {
    const { run } = this.#options;
    await this.#tell("tasks", { id: n + 1, title: `load ${run} ${n}` }, `load-${run}-${n}`);
    this.#published.add(n);
    return new Response(null, { status: 204 });
  }

  async #wake(): Promise<Response> {
    for (const service of SERVICE_NAMES) await this.#tell(service, { id: 1 }, crypto.randomUUID());
    return new Response(null, { status: 204 });
  }

  async #tell(service: Service, data: object, msgID: string): Promise<void> {
    const [entity] = SERVICES[service].entities;
    await jetstream(this.#nats).publish(
      `evt.${ORG_ID}.${PROPERTY_ID}.${service}.${entity}.updated`,
      JSON.stringify({ at: new Date().toISOString(), data }),
      { msgID },
    );
  }
}

function numberOf(query: URLSearchParams): number {
  const n = Number(query.get("n"));
  if (query.has("n") && Number.isInteger(n) && n >= 0 && n <= EVENTS_MAX) return n;
  throw new RangeError(`n is ${query.get("n")}: an integer from 0 to ${EVENTS_MAX} is needed`);
}
