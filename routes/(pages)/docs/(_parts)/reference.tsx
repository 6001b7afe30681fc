import { CHANNELS } from "@/lib/contracts/channels.ts";
import { SCHEMAS } from "@/lib/contracts/schemas.ts";
import { PROBLEMS } from "@/lib/protocol/problems.ts";
import { RESOURCES } from "@/lib/resources/catalog.ts";
import { Icon } from "@/lib/ui/icon.tsx";
import { ThemeSwitch } from "@/lib/ui/theme_switch.tsx";
import { Wordmark } from "@/lib/ui/wordmark.tsx";
import { TAGS } from "@/services/contracts/about.ts";
import { OPERATIONS } from "@/services/contracts/operations.ts";
import { ChannelPart } from "./channel_part.tsx";
import { OperationPart } from "./operation_part.tsx";
import { SchemaPart } from "./schema_part.tsx";

/** Everything that others may rely on, on one page. */
export function Reference() {
  return (
    <>
      <header class="docs-head">
        <a href="/" class="docs-home" aria-label="Innstream, to the first page">
          <Wordmark />
        </a>
        <div class="search script-only">
          <Icon name="search" />
          <input
            type="search"
            id="filter"
            aria-label="Filter the reference"
            placeholder="Filter: path, frame, code"
          />
          <kbd aria-hidden="true">/</kbd>
        </div>
        <ThemeSwitch />
      </header>
      <div class="docs-body">
        <Contents />
        <main id="main" tabIndex={-1} class="docs-main">
          <div class="docs-intro">
            <h1>Reference</h1>
            <p class="muted">
              What programs may rely on. The same for machines: <a href="/docs/openapi.json">OpenAPI 3.1</a>,
              {" "}
              <a href="/docs/asyncapi.json">AsyncAPI 3.0</a>. A token goes into{" "}
              <code>Authorization: Bearer</code>.
            </p>
            <p id="found" class="muted" role="status" />
          </div>
          {Object.entries(TAGS).map(([tag, says]) => (
            <section key={tag} id={`tag-${tag}`} class="docs-part">
              <h2>{tag}</h2>
              <p class="muted">{says}</p>
              {OPERATIONS.filter((one) => one.tag === tag).map((one) => (
                <OperationPart key={one.id} operation={one} />
              ))}
            </section>
          ))}
          {CHANNELS.map((channel) => <ChannelPart key={channel.id} channel={channel} />)}
          <Entities />
          <Problems />
          <section id="schemas" class="docs-part">
            <h2>schemas</h2>
            <p class="muted">What records, answers and bodies are made of</p>
            {Object.entries(SCHEMAS).map(([name, schema]) => (
              <SchemaPart key={name} name={name} schema={schema} />
            ))}
          </section>
        </main>
      </div>
    </>
  );
}

function Contents() {
  return (
    <nav class="docs-nav" aria-label="Contents">
      <p class="eyebrow">HTTP</p>
      <ul>
        {Object.keys(TAGS).map((tag) => (
          <li key={tag}>
            <a href={`#tag-${tag}`}>{tag}</a>
          </li>
        ))}
      </ul>
      <p class="eyebrow">Sockets and subjects</p>
      <ul>
        {CHANNELS.map(({ id, title }) => (
          <li key={id}>
            <a href={`#channel-${id}`}>{title}</a>
          </li>
        ))}
      </ul>
      <p class="eyebrow">Tables</p>
      <ul>
        <li>
          <a href="#entities">events by entity</a>
        </li>
        <li>
          <a href="#problems">problems</a>
        </li>
        <li>
          <a href="#schemas">schemas</a>
        </li>
      </ul>
    </nav>
  );
}

function Entities() {
  return (
    <section id="entities" class="docs-part">
      <h2>events by entity</h2>
      <p class="muted">What happens to a record, and is told to whoever may see its service and property</p>
      <div class="docs-scroll">
        <table class="docs-table">
          <thead>
            <tr>
              <th scope="col">service</th>
              <th scope="col">entity</th>
              <th scope="col">actions</th>
            </tr>
          </thead>
          <tbody>
            {RESOURCES.map(({ service, entity, actions = [] }) => (
              <tr key={entity} data-words={`${service} ${entity} ${actions.join(" ")}`}>
                <td>{service}</td>
                <td>
                  <code>{entity}</code>
                </td>
                <td>{["created", "updated", "deleted", ...actions].join(", ")}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Problems() {
  return (
    <section id="problems" class="docs-part">
      <h2>problems</h2>
      <p class="muted">
        Answers of type <code>application/problem+json</code>;{" "}
        <a href="/docs/problems">what to do about each</a>
      </p>
      <div class="docs-scroll">
        <table class="docs-table">
          <thead>
            <tr>
              <th scope="col">code</th>
              <th scope="col">status</th>
              <th scope="col">title</th>
            </tr>
          </thead>
          <tbody>
            {Object.entries(PROBLEMS).map(([code, [status, title]]) => (
              <tr key={code} id={`problem-${code}`} data-words={`${code} ${status} ${title}`}>
                <td>
                  <code>{code}</code>
                </td>
                <td class="figure">{status}</td>
                <td>{title}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
