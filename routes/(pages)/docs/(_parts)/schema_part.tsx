import type { ComponentChildren } from "preact";
import { type JsonSchema, type JsonType } from "@/lib/contracts/json_schema.ts";
import { refName } from "@/lib/contracts/refs.ts";

/** One schema that has a name. */
export function SchemaPart({ name, schema }: { name: string; schema: JsonSchema }) {
  return (
    <details class="docs-one" id={`schema-${name}`} data-words={name}>
      <summary>
        <code>{name}</code>
      </summary>
      <div class="docs-detail">
        {schema.properties === undefined ? <p>{typeOf(schema)}</p> : <Members schema={schema} />}
      </div>
    </details>
  );
}

/** The members of an object, one in a row. */
export function Members({ schema }: { schema: JsonSchema }) {
  const { properties = {}, required = [] } = schema;
  if (Object.keys(properties).length === 0) return <p class="muted">No members</p>;
  return (
    <div class="docs-scroll">
      <table class="docs-table">
        <thead>
          <tr>
            <th scope="col">member</th>
            <th scope="col">is</th>
            <th scope="col">about</th>
          </tr>
        </thead>
        <tbody>
          {Object.entries(properties).map(([name, member]) => (
            <tr key={name}>
              <td>
                <code>{name}</code>
                {!required.includes(name) && <span class="muted">may be missing</span>}
              </td>
              <td>{typeOf(member)}</td>
              <td class="muted">{member.description ?? ""}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const WORDS: Readonly<Record<JsonType, string>> = {
  null: "null",
  boolean: "true or false",
  integer: "whole number",
  number: "number",
  string: "text",
  array: "list",
  object: "object",
};

/** What values of a schema are, in a few words, with links to those that have names. */
export function typeOf(schema: JsonSchema): ComponentChildren {
  const name = refName(schema);
  if (name !== undefined) return <a href={`#schema-${name}`}>{name}</a>;
  if (schema.const !== undefined) return <code>{JSON.stringify(schema.const)}</code>;
  if (schema.enum !== undefined) return listed(schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined && schema.properties === undefined) {
    return choices.map((one, i) => <span key={i}>{i > 0 && " or "}{typeOf(one)}</span>);
  }
  const types = typeof schema.type === "string" ? [schema.type] : schema.type ?? ["object"];
  const words = types.map((type) => WORDS[type]).join(" or ");
  if (types.includes("array") && schema.items !== undefined) {
    return <>list of {typeOf(schema.items)}{types.includes("null") && " or null"}{boundsOf(schema)}</>;
  }
  const { properties, additionalProperties } = schema;
  if (properties !== undefined) return <>{words} {"{"}{Object.keys(properties).join(", ")}{"}"}</>;
  if (typeof additionalProperties === "object") return <>{words} of {typeOf(additionalProperties)}</>;
  return <>{words}{boundsOf(schema)}</>;
}

function listed(values: readonly unknown[]): ComponentChildren {
  return values.map((value, i) => (
    <span key={i}>
      {i > 0 && ", "}
      <code>{String(value)}</code>
    </span>
  ));
}

function boundsOf(schema: JsonSchema): string {
  const { format, minimum, exclusiveMinimum, maximum, minLength, maxLength, minItems, maxItems } = schema;
  const told = [
    format,
    minimum !== undefined && minimum > -1e15 ? `from ${minimum}` : undefined,
    exclusiveMinimum !== undefined && `above ${exclusiveMinimum}`,
    maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER && `up to ${maximum}`,
    range(minLength, maxLength, "characters"),
    range(minItems, maxItems, "of them"),
  ].filter((part) => typeof part === "string");
  return told.length === 0 ? "" : `, ${told.join(", ")}`;
}

function range(least: number | undefined, most: number | undefined, what: string): string | undefined {
  if (most === undefined) return least ? `at least ${least} ${what}` : undefined;
  return least === undefined ? `at most ${most} ${what}` : `${least} to ${most} ${what}`;
}
