import { PROBLEMS } from "@/lib/protocol/problems.ts";
import { refName } from "@/lib/contracts/refs.ts";
import { type Operation, problemsOf, type Reply } from "@/services/contracts/operation.ts";
import { Members, typeOf } from "./schema_part.tsx";

/** One method of one path; closed at first. */
export function OperationPart({ operation }: { operation: Operation }) {
  const { id, method, path, summary, details, access, query = {}, headers = [], body, replies } = operation;
  return (
    <details class="docs-one" id={id} data-words={`${method} ${path} ${summary} ${id}`}>
      <summary>
        <span class={`docs-method docs-method-${method.toLowerCase()}`}>{method}</span>
        <code class="docs-path">{path}</code>
        <span class="docs-summary">{summary}</span>
      </summary>
      <div class="docs-detail">
        <p class="muted">
          {access === "anybody"
            ? "Needs no token."
            : access === "session"
            ? "By the cookie alone."
            : "Needs a token."}
          {details !== undefined && ` ${details}`}
        </p>
        {Object.keys(query).length > 0 && (
          <>
            <h3>Query</h3>
            <Members schema={parameters(query)} />
          </>
        )}
        {headers.length > 0 && (
          <p>
            Headers: {headers.map((name, i) => (
              <span key={name}>
                {i > 0 && ", "}
                <code>{name}</code>
              </span>
            ))}
          </p>
        )}
        {body !== undefined && (
          <>
            <h3>Body{body.media !== undefined && <span class="muted">{body.media}</span>}</h3>
            {refName(body.schema) === undefined && body.schema.properties !== undefined
              ? <Members schema={body.schema} />
              : <p>{typeOf(body.schema)}</p>}
          </>
        )}
        <h3>Answers</h3>
        <ul class="docs-answers">
          {Object.entries(replies).map(([status, reply]) => (
            <li key={status}>
              <span class="figure docs-status">{status}</span> {says(reply)}
            </li>
          ))}
        </ul>
        <p class="docs-problems">
          {problemsOf(operation).map((code) => (
            <a key={code} href={`#problem-${code}`} title={`${PROBLEMS[code][0]}: ${PROBLEMS[code][1]}`}>
              {code}
            </a>
          ))}
        </p>
      </div>
    </details>
  );
}

function says({ says, schema, media }: Reply) {
  return (
    <>
      {says}
      {schema !== undefined && refName(schema) !== undefined && <>: {typeOf(schema)}</>}
      {media !== undefined && <span class="muted">({media})</span>}
    </>
  );
}

function parameters(query: NonNullable<Operation["query"]>) {
  const names = Object.keys(query);
  const bare = (name: string) => name.replace(/!$/, "");
  return {
    properties: Object.fromEntries(names.map((name) => [bare(name), query[name]!])),
    required: names.filter((name) => name.endsWith("!")).map(bare),
  };
}
