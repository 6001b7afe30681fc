import { type ComponentChildren, toChildArray, type VNode } from "preact";
import { useEffect } from "preact/hooks";

export interface HeadProps {
  children?: ComponentChildren;
}

type Props = Record<string, unknown>;

/**
 * Puts its children into the page's `<head>`. On the server they replace
 * elements of the same title, `key` or attributes; in the browser they are
 * applied to the document after render.
 */
export function Head({ children }: HeadProps): null {
  useEffect(() => {
    for (const child of toChildArray(children)) {
      if (typeof child === "object") applyToDocument(child);
    }
  });
  return null;
}

function applyToDocument(vnode: VNode): void {
  const props = vnode.props as Props;
  const text = toChildArray(props.children as ComponentChildren).join("");
  if (vnode.type === "title") {
    document.title = text;
    return;
  }
  if (typeof vnode.type !== "string") return;
  const attribute = vnode.key != null ? "data-key" : props.id ? "id" : "name";
  const value = String(vnode.key ?? props.id ?? props.name ?? "");
  let element = document.head.querySelector(
    `${vnode.type}[${attribute}="${CSS.escape(value)}"]`,
  );
  if (element === null || value === "") {
    element = document.createElement(vnode.type);
    document.head.append(element);
  }
  element.textContent = text;
  if (vnode.key != null) element.setAttribute("data-key", value);
  for (const [name, attr] of Object.entries(props)) {
    if (name !== "children") element.setAttribute(name, String(attr));
  }
}

/** What makes two elements of `<head>` the same one, the later of which counts. */
export function headKey(vnode: VNode): string {
  if (vnode.key != null) return String(vnode.key);
  if (vnode.type === "title") return "title";
  const isMeta = vnode.type === "meta";
  const parts = Object.entries(vnode.props as Props)
    .filter(([name]) => name !== "children" && name !== "nonce" && !(isMeta && name === "content"))
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return [vnode.type, ...parts.sort()].join("::");
}
