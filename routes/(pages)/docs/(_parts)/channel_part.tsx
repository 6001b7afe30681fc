import type { Channel } from "@/lib/contracts/channels.ts";
import type { Message } from "@/lib/contracts/message.ts";
import { messageKey } from "@/services/contracts/asyncapi.ts";
import { Members } from "./schema_part.tsx";

/** One socket, or one family of subjects. */
export function ChannelPart({ channel }: { channel: Channel }) {
  const { id, address, by, title, says, messages, closes, parameters } = channel;
  const of = (from: Message["from"]) => messages.filter((message) => message.from === from);
  return (
    <section id={`channel-${id}`} class="docs-part">
      <h2>{title}</h2>
      <p class="muted">
        {says} <code>{address}</code>
      </p>
      {parameters !== undefined && (
        <dl class="docs-terms">
          {Object.entries(parameters).map(([name, what]) => (
            <div key={name}>
              <dt>
                <code>{name}</code>
              </dt>
              <dd>{what}</dd>
            </div>
          ))}
        </dl>
      )}
      <Messages
        channel={id}
        title={by === "socket" ? "From the client" : "Published"}
        messages={of("client")}
      />
      <Messages channel={id} title="From the server" messages={of("server")} />
      {closes !== undefined && <Closes closes={closes} />}
    </section>
  );
}

function Messages({ channel, title, messages }: {
  channel: string;
  title: string;
  messages: readonly Message[];
}) {
  if (messages.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      {messages.map((message) => (
        <details
          key={message.name}
          class="docs-one"
          id={messageKey(channel, message)}
          data-words={`${channel} ${message.name} ${message.says}`}
        >
          <summary>
            <code class="docs-path">{message.name}</code>
            <span class="docs-summary">{message.says}</span>
          </summary>
          <div class="docs-detail">
            {message.media === undefined
              ? <Members schema={message.schema} />
              : <p class="muted">Bytes, not JSON</p>}
          </div>
        </details>
      ))}
    </>
  );
}

function Closes({ closes }: { closes: NonNullable<Channel["closes"]> }) {
  return (
    <>
      <h3>Close codes</h3>
      <div class="docs-scroll">
        <table class="docs-table">
          <thead>
            <tr>
              <th scope="col">code</th>
              <th scope="col">name</th>
              <th scope="col">reason</th>
              <th scope="col">the client comes back</th>
            </tr>
          </thead>
          <tbody>
            {Object.entries(closes).map(([name, { code, reason, reconnect }]) => (
              <tr key={name} data-words={`${code} ${name} ${reason}`}>
                <td class="figure">{code}</td>
                <td>
                  <code>{name}</code>
                </td>
                <td>{reason}</td>
                <td>{reconnect.replaceAll("_", " ")}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
