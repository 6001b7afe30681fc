import { type ComponentChild, type ComponentType, Fragment, h, options, render, type VNode } from "preact";
import { hashImage } from "./asset.ts";
import { ISLAND, type IslandData, SLOT, templateId } from "./markers.ts";

const onVNode = options.vnode;
options.vnode = (vnode) => {
  hashImage(vnode);
  onVNode?.(vnode);
};

type Span = { start: Comment; end: Comment };
type Components = Record<string, ComponentType<Record<string, unknown>>>;

/** Renders every island of the page over what the server made of it. */
export function boot(components: Components, json: string): void {
  const data = JSON.parse(json) as IslandData[];
  const slots = new Map<string, Span>();
  const roots = findRanges(document.body, slots);
  for (const template of document.querySelectorAll("template")) {
    findRanges(template.content, slots);
  }
  const page = { components, data, slots };
  // One task each, so that a heavy island does not hold up the others.
  for (const root of roots) setTimeout(() => revive(root, page));
}

interface Page {
  components: Components;
  data: IslandData[];
  slots: Map<string, Span>;
}

/** Finds the islands that are in no other one, and notes all slots by id. */
function findRanges(root: Node, slots: Map<string, Span>): Span[] {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_COMMENT);
  const open: Comment[] = [];
  const roots: Span[] = [];
  while (walker.nextNode()) {
    const node = walker.currentNode as Comment;
    if (node.data.startsWith("frsh:")) open.push(node);
    if (!node.data.startsWith("/frsh:")) continue;
    const start = open.pop();
    if (start === undefined) continue;
    const range = { start, end: node };
    if (start.data.startsWith(SLOT)) {
      slots.set(start.data.split(":")[2]!, range);
    } else if (open.length === 0) roots.push(range);
  }
  return roots;
}

function revive({ start, end }: Span, page: Page): void {
  const vnode = islandVNode(start, page);
  // Preact skips comments when it looks for the place to insert at, which
  // would lead it past the end: empty texts stand there instead.
  const [first, last] = [new Text(), new Text()];
  start.replaceWith(first);
  end.replaceWith(last);
  const container = rangeContainer(first, last);
  const old = container.childNodes;
  render(vnode, container as unknown as Element);

  const used = new Set<unknown>();
  collectDom((container as { __k?: MangledVNode }).__k, used);
  for (const node of old) if (!used.has(node)) node.remove();
}

function islandVNode(start: Comment, page: Page): VNode {
  const [, , name = "", index, key] = start.data.split(":");
  const { props, slots } = page.data[Number(index)]!;
  const passed: Record<string, unknown> = { ...props };
  if (key) passed.key = key;
  for (const [prop, id] of Object.entries(slots)) {
    passed[prop] = h(Fragment, null, slotContent(id, page));
  }
  return h(page.components[name]!, passed);
}

function slotContent(id: number, page: Page): ComponentChild[] {
  const range = page.slots.get(String(id));
  if (range !== undefined) {
    return toVNodes(range.start.nextSibling, range.end, page);
  }
  const template = document.getElementById(templateId(id));
  const content = (template as HTMLTemplateElement | null)?.content;
  return toVNodes(content?.firstChild ?? null, null, page);
}

/** Reads server-rendered DOM back into vnodes, islands in it as themselves. */
function toVNodes(node: ChildNode | null, end: ChildNode | null, page: Page): ComponentChild[] {
  const out: ComponentChild[] = [];
  for (; node !== null && node !== end; node = node.nextSibling) {
    if (node instanceof Text) out.push(node.data);
    else if (node instanceof Element) out.push(elementVNode(node, page));
    else if (node instanceof Comment && node.data.startsWith(ISLAND)) {
      out.push(islandVNode(node, page));
      node = endOf(node);
    }
  }
  return out;
}

function elementVNode(element: Element, page: Page): ComponentChild {
  const props: Record<string, unknown> = {};
  for (const { name, value } of element.attributes) {
    const isFlag = typeof (element as unknown as Record<string, unknown>)[name] ===
      "boolean";
    props[name] = isFlag ? true : value;
  }
  return h(element.localName, props, toVNodes(element.firstChild, null, page));
}

function endOf(start: Comment): ChildNode {
  let depth = 1;
  let node: ChildNode = start;
  while (depth > 0 && node.nextSibling !== null) {
    node = node.nextSibling;
    if (!(node instanceof Comment)) continue;
    if (node.data.startsWith(ISLAND)) depth++;
    if (node.data === `/${ISLAND}`) depth--;
  }
  return node;
}

/** Looks like an element to Preact and is the part of its parent between two nodes. */
function rangeContainer(first: Text, last: Text) {
  const parent = first.parentElement!;
  return {
    nodeType: 1,
    parentNode: parent,
    ownerDocument: document,
    namespaceURI: parent.namespaceURI,
    get childNodes(): ChildNode[] {
      const nodes: ChildNode[] = [];
      let node = first.nextSibling;
      for (; node !== null && node !== last; node = node.nextSibling) {
        nodes.push(node);
      }
      return nodes;
    },
    get firstChild(): ChildNode | null {
      return this.childNodes[0] ?? null;
    },
    insertBefore: (node: Node, before: Node | null) => parent.insertBefore(node, before ?? last),
    appendChild: (node: Node) => parent.insertBefore(node, last),
    removeChild: (node: Node) => parent.removeChild(node),
    contains: (node: Node) => parent.contains(node),
  };
}

/** Preact's mangled names: `__k` are a vnode's children, `__e` is its DOM node. */
interface MangledVNode {
  type: unknown;
  __k: (MangledVNode | null)[] | null;
  __e: Node | null;
}

/** Preact leaves top-level nodes that it found no use for: what it uses is known by this. */
function collectDom(vnode: MangledVNode | null | undefined, used: Set<unknown>): void {
  if (vnode == null) return;
  if (typeof vnode.type !== "function") used.add(vnode.__e);
  else for (const child of vnode.__k ?? []) collectDom(child, used);
}
