import {
  type ComponentChildren,
  createContext,
  Fragment,
  type FunctionComponent,
  h,
  isValidElement,
  options,
  toChildArray,
  type VNode,
} from "preact";
import { useContext } from "preact/hooks";
import type { BuildCache, Island } from "./build_cache.ts";
import { hashImage } from "./runtime/asset.ts";
import { Head, headKey } from "./runtime/head.ts";
import { ISLAND, type IslandData, SLOT, templateId } from "./runtime/markers.ts";

/** What one page's rendering has met so far. */
export class RenderState {
  readonly nonce = crypto.randomUUID().replaceAll("-", "");
  readonly islands = new Set<Island>();
  readonly data: IslandData[] = [];
  /** Slot contents, `null` once an island has rendered them. */
  readonly slots: (ComponentChildren | null)[] = [];
  readonly head = new Map<string, VNode>();
  readonly tags = new Set<unknown>();
  hasScripts = false;

  constructor(readonly cache: BuildCache<unknown>, readonly pathname: string, readonly basePath: string) {}
}

/** Rendering is synchronous, so one variable serves all requests. */
let current: RenderState | null = null;

export function withRenderState<T>(state: RenderState, render: () => T): T {
  current = state;
  try {
    return render();
  } finally {
    current = null;
  }
}

const InsideIsland = createContext(false);
const patched = new WeakSet<VNode>();

type Props = Record<string, unknown> & { children?: ComponentChildren };
/** Preact calls `__b` before it renders a vnode; the name is its mangled one. */
const hooks = options as typeof options & { __b?: (vnode: VNode) => void };
const before = hooks.__b;
hooks.__b = (vnode) => {
  if (current !== null) patch(vnode, current);
  before?.(vnode);
};

function patch(vnode: VNode, state: RenderState): void {
  if (typeof vnode.type === "string") {
    patchElement(vnode, state);
  } else if (vnode.type === Head as unknown) {
    collectHead(vnode, state);
  } else if (!patched.has(vnode)) {
    const island = state.cache.islands.get(vnode.type);
    if (island !== undefined) asIsland(vnode, island);
  }
}

function patchElement(vnode: VNode, state: RenderState): void {
  const props = vnode.props as Props;
  switch (vnode.type) {
    case "html":
    case "head":
    case "body":
      state.tags.add(vnode.type);
      if (vnode.type === "head") setProps(vnode, withHead(props, state));
      if (vnode.type === "body") {
        const children = [props.children, h(Scripts, null)];
        setProps(vnode, { ...props, children });
      }
      break;
    case "script":
    case "style":
      setProps(vnode, { nonce: state.nonce, ...props });
      break;
    case "a":
      setProps(vnode, { ...currentLink(props.href, state.pathname), ...props });
      break;
    default:
      hashImage(vnode);
  }
}

function setProps(vnode: VNode, props: Props): void {
  vnode.props = props as VNode["props"];
}

/** Marks links to the page itself and to those above it. */
function currentLink(href: unknown, pathname: string): Props {
  if (typeof href !== "string" || !href.startsWith("/")) return {};
  const trim = (path: string) => path.replace(/(.)\/$/, "$1");
  const target = trim(new URL(href, "http://localhost").pathname);
  const here = trim(pathname);
  if (target === here) {
    return { "data-current": "true", "aria-current": "page" };
  }
  return target === "/" || here.startsWith(target + "/")
    ? { "data-ancestor": "true", "aria-current": "true" }
    : {};
}

function collectHead(vnode: VNode, state: RenderState): void {
  const { children } = vnode.props as { children?: ComponentChildren };
  for (const child of toChildArray(children)) {
    if (typeof child === "object") state.head.set(headKey(child), child);
  }
}

function withHead(props: Props, state: RenderState): Props {
  const own = toChildArray(props.children).map((child) => {
    if (typeof child !== "object") return child;
    const key = headKey(child);
    const replacement = state.head.get(key);
    state.head.delete(key);
    return replacement ?? child;
  });
  return { ...props, children: [...own, ...state.head.values()] };
}

/** Lets `vnode` render as an island unless it turns out to be inside one. */
function asIsland(vnode: VNode, island: Island): void {
  const type = vnode.type as FunctionComponent<Props>;
  const key = String(vnode.key ?? "").replaceAll(":", "_");
  vnode.type = ((props: Props) => {
    const isInside = useContext(InsideIsland);
    const state = current!;
    const index = state.data.length;
    const passed = isInside ? props : recordIsland(props, island, state);
    const child = h(type, passed);
    patched.add(child);
    if (isInside) return child;
    const inside = h(InsideIsland.Provider, { value: true }, child);
    return marked(ISLAND, `${island.name}:${index}:${key}`, inside);
  }) as FunctionComponent;
}

/** Notes an instance's props; children and elements become slots, which the server renders. */
function recordIsland(props: Props, island: Island, state: RenderState): Props {
  const entry: IslandData = { props: {}, slots: {} };
  const passed: Props = {};
  state.islands.add(island);
  state.data.push(entry);
  for (const [name, value] of Object.entries(props)) {
    const isContent = name === "children" && value != null &&
      typeof value !== "function";
    const isSlot = isContent || isValidElement(value);
    if (isSlot) {
      const id = state.slots.push(value as ComponentChildren) - 1;
      entry.slots[name] = id;
      passed[name] = h(Slot, { id, name });
    } else {
      assertPlain(value, `${island.name}.${name}`);
      entry.props[name] = passed[name] = value;
    }
  }
  return passed;
}

/** Throws where JSON would lose or change a value without a word. */
function assertPlain(value: unknown, path: string): void {
  const isPlain = value == null || typeof value === "string" ||
    typeof value === "boolean" || Number.isFinite(value);
  if (isPlain) return;
  const proto = typeof value === "object" ? Object.getPrototypeOf(value) : 0;
  const isContainer = Array.isArray(value) || proto === Object.prototype ||
    proto === null;
  if (!isContainer || isValidElement(value)) {
    throw new TypeError(
      `Cannot pass the island prop ${path} to the browser: got ${
        Object.prototype.toString.call(value)
      }, it must be plain JSON`,
    );
  }
  for (const [name, inner] of Object.entries(value as Props)) {
    assertPlain(inner, `${path}.${name}`);
  }
}

function Slot({ id, name }: { id: number; name: string }): VNode {
  const state = current!;
  const content = state.slots[id];
  state.slots[id] = null;
  // What the page passed in belongs to the page: islands in it are islands.
  const outside = h(InsideIsland.Provider, { value: false }, content);
  return marked(SLOT, `${id}:${name}`, outside);
}

function marked(kind: string, text: string, content: ComponentChildren): VNode {
  const comment = (value: string) => h(Fragment as FunctionComponent<Props>, { UNSTABLE_comment: value });
  return h(
    Fragment,
    null,
    comment(`${kind}:${text}`),
    content,
    comment(`/${kind}`),
  );
}

/** The end of the body: unused slots, then the script that boots what was met before. */
function Scripts(): VNode | null {
  const state = current!;
  if (state.hasScripts) return null;
  state.hasScripts = true;
  const templates = state.slots.map((content, id) =>
    content === null ? null : h("template", { id: templateId(id) }, content)
  );
  return h(Fragment, null, templates, h(BootScript, null));
}

function BootScript(): ComponentChildren {
  const { cache, islands, data, basePath } = current!;
  if (islands.size === 0 && !cache.isDev) return null;
  const list = [...islands];
  const imports = list.map(({ exportName, file }, i) =>
    `import{${exportName} as i${i}}from${literal(basePath + file)};`
  );
  const names = list.map(({ name }, i) => `${literal(name)}:i${i}`);
  const __html = `import{boot}from${literal(basePath + cache.clientEntry)};${imports.join("")}` +
    `boot({${names}},${literal(JSON.stringify(data))});`;
  return h("script", { type: "module", dangerouslySetInnerHTML: { __html } });
}

/** A JavaScript string literal that can neither end the script element nor its line. */
function literal(value: string): string {
  return JSON.stringify(value)
    .replaceAll("<", "\\u003C")
    .replaceAll("\u2028", "\\u2028")
    .replaceAll("\u2029", "\\u2029");
}
