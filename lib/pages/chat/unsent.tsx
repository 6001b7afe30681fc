import type { Outgoing } from "@/lib/chat/client/chat_types.ts";

export interface UnsentProps {
  readonly outgoing: readonly Outgoing[];
  readonly copy: (said: Pick<Outgoing, "text">) => void;
  readonly discard: (clientMsgId: string) => void;
}

/** What somebody wrote in a room that is not there for them any more: theirs to take elsewhere. */
export function Unsent({ outgoing, copy, discard }: UnsentProps) {
  if (outgoing.length === 0) return null;
  return (
    <div class="chat-unsent">
      <h3>Not sent</h3>
      <ul>
        {outgoing.map(({ clientMsgId, text }) => (
          <li key={clientMsgId}>
            <p class="chat-text" dir="auto">{text === "" ? "A record" : text}</p>
            {text !== "" && (
              <button type="button" class="button button-small" onClick={() => copy({ text })}>
                Copy text
              </button>
            )}
            <button
              type="button"
              class="button button-small button-quiet"
              onClick={() => discard(clientMsgId)}
            >
              Discard
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
