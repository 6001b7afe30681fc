import { type Channel, CHANNELS, type CloseRow } from "@/lib/contracts/channels.ts";
import type { Message } from "@/lib/contracts/message.ts";
import { SCHEMAS } from "@/lib/contracts/schemas.ts";
import { CONTRACT_VERSION } from "@/services/contracts/about.ts";

type Json = Readonly<Record<string, unknown>>;

/** The AsyncAPI 3.0 document. What is sent and received is told as the server does it. */
export function asyncApi(): Json {
  return {
    asyncapi: "3.0.0",
    info: {
      title: "Innstream: sockets and subjects",
      version: CONTRACT_VERSION,
      description:
        "A frame is one JSON object as text. Clients pass over frames and members that they do not know.",
    },
    defaultContentType: "application/json",
    servers: {
      app: {
        host: "{host}",
        protocol: "wss",
        description: "ws where the app is reached without TLS",
        variables: { host: { description: "Where the app is" } },
        security: [{ $ref: "#/components/securitySchemes/bearer" }],
      },
      nats: {
        host: "{host}",
        protocol: "nats",
        description: "JetStream, for services of the platform",
        variables: { host: { description: "Where NATS is" } },
        security: [{ $ref: "#/components/securitySchemes/nats" }],
      },
    },
    channels: Object.fromEntries(CHANNELS.map((channel) => [channel.id, channelOf(channel)])),
    operations: Object.assign({}, ...CHANNELS.map(operationsOf)),
    components: {
      schemas: SCHEMAS,
      messages: Object.assign({}, ...CHANNELS.map(messagesOf)),
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" },
        nats: { type: "userPassword" },
      },
    },
  };
}

function channelOf({ id, address, by, title, says, messages, closes, parameters }: Channel): Json {
  return {
    address,
    title,
    description: says,
    servers: [{ $ref: `#/servers/${by === "socket" ? "app" : "nats"}` }],
    messages: Object.fromEntries(
      messages.map((message) => {
        const key = messageKey(id, message);
        return [key, { $ref: `#/components/messages/${key}` }];
      }),
    ),
    ...(parameters && {
      parameters: Object.fromEntries(
        Object.entries(parameters).map(([name, description]) => [name, { description }]),
      ),
    }),
    ...(by === "socket" && { bindings: { ws: { method: "GET" } } }),
    ...(closes && { "x-close-codes": Object.entries(closes).map(closeOf) }),
  };
}

function closeOf([name, { code, reason, reconnect }]: [string, CloseRow]): Json {
  return { code, name, reason, reconnect };
}

function operationsOf({ id, title, messages }: Channel): Json {
  const of = (from: Message["from"]) =>
    messages.filter((message) => message.from === from)
      .map((message) => ({ $ref: `#/channels/${id}/messages/${messageKey(id, message)}` }));
  const operation = (action: "send" | "receive", from: Message["from"], summary: string) => {
    const told = of(from);
    if (told.length === 0) return {};
    return {
      [`${action}_${id}`]: { action, channel: { $ref: `#/channels/${id}` }, summary, messages: told },
    };
  };
  return {
    ...operation("receive", "client", `${title}: what the server takes`),
    ...operation("send", "server", `${title}: what the server sends`),
  };
}

function messagesOf({ id, messages }: Channel): Json {
  return Object.fromEntries(
    messages.map((message) => [messageKey(id, message), {
      name: message.name,
      summary: message.says,
      contentType: message.media ?? "application/json",
      payload: message.schema,
    }]),
  );
}

/** Names a message among those of all channels. */
export function messageKey(channel: string, { name, from }: Message): string {
  return `${channel}_${from}_${name}`;
}
