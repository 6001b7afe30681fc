import { withoutSecrets } from "@/lib/metrics/scrub.ts";

/**
 * Deno's own spans, where `OTEL_DENO` switches them on. They record URLs with their queries, in which tokens and tickets
 * come, and an attribute that was set is not taken back by setting it again. See ADR 29.
 */
interface Span {
  setAttribute(name: string, value: unknown): Span;
  setAttributes(values: Readonly<Record<string, unknown>>): Span;
  setStatus(status: { readonly code: number; readonly message?: string }): Span;
  updateName(name: string): Span;
}

/** Of the active span within a context, as `@opentelemetry/api` names it. */
const SPAN_KEY = Symbol.for("OpenTelemetry Context Key SPAN");
const QUERY_ATTRIBUTE = "url.query";
/** Asked for once, to see its span go through our hands. */
const PROBE = "data:,innstream?probe";

let isTracing = false;

/**
 * Keeps secrets out of every span, before anything is asked of this process or by it. Throws where spans are recorded and
 * that cannot be done: rather no traces than tokens in them.
 */
export async function keepSecretsOutOfSpans(): Promise<void> {
  const prototype = spanPrototype();
  if (prototype === undefined || isTracing) return;
  let wasSeen = false;
  const clean = (name: string, value: unknown): unknown => {
    if (typeof value !== "string") return value;
    if (value === PROBE) wasSeen = true;
    return name === QUERY_ATTRIBUTE ? "" : withoutSecrets(value);
  };
  const cleanAll = (values: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, clean(name, value)]));
  const { setAttribute, setAttributes, setStatus } = prototype;
  prototype.setAttribute = function (name, value) {
    return setAttribute.call(this, name, clean(name, value));
  };
  prototype.setAttributes = function (values) {
    return setAttributes.call(this, cleanAll(values));
  };
  prototype.setStatus = function ({ code, message = "" }) {
    return setStatus.call(this, { code, message: withoutSecrets(message) });
  };
  await (await fetch(PROBE)).body?.cancel();
  if (!wasSeen) throw new Error("Cannot keep tokens out of the spans of this Deno: unset OTEL_DENO");
  isTracing = true;
}

/** Names the span of this request by its route, and tells it the number that stands in the log. */
export function nameSpan(method: string, route: string | null, requestId: string): void {
  if (!isTracing) return;
  const span = telemetry().contextManager.active().getValue(SPAN_KEY);
  if (span === undefined) return;
  span.setAttribute("innstream.request_id", requestId);
  if (route === null) return;
  span.setAttribute("http.route", route);
  span.updateName(`${method} ${route}`);
}

interface Telemetry {
  readonly tracerProvider: { getTracer(name: string): { startSpan(name: string): Span } };
  readonly contextManager: { active(): { getValue(key: symbol): Span | undefined } };
}

function telemetry(): Telemetry {
  return Deno.telemetry as unknown as Telemetry;
}

/** undefined: nothing is traced. */
function spanPrototype(): Span | undefined {
  if (Deno.env.get("OTEL_DENO") === undefined) return undefined;
  const tracer = telemetry().tracerProvider.getTracer("innstream");
  let span: Span;
  try {
    span = tracer.startSpan("begin");
  } catch {
    // The variable has a value that Deno takes for off.
    return undefined;
  }
  return Object.getPrototypeOf(span);
}
