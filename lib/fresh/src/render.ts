import { type ComponentChildren, Fragment, type FunctionComponent, h, type VNode } from "preact";
import { jsxTemplate } from "preact/jsx-runtime";
import { renderToString } from "preact-render-to-string";
import type { BuildCache } from "./build_cache.ts";
import type { Context } from "./context.ts";
import { RenderState, withRenderState } from "./render_state.ts";
import { setBuildId } from "./runtime/asset.ts";
import type { AsyncAnyComponent, PageProps, RouteComponent } from "./types.ts";

/** What a page is wrapped in, from the outside in. */
export interface UiTree<State> {
  app: RouteComponent<State> | null;
  layouts: RouteComponent<State>[];
}

interface RenderOptions<State> {
  vnode: VNode | null;
  init: ResponseInit;
  ui: UiTree<State>;
  cache: BuildCache<State>;
}

/** Kept beside the response, so that no header gives the nonce away. */
const nonces = new WeakMap<Response, string>();

export function nonceOf(response: Response): string | undefined {
  return nonces.get(response);
}

/** Calls an async component, makes a vnode of any other. */
export async function renderComponent<S>(
  ctx: Context<S>,
  component: RouteComponent<S>,
  { data, child }: { data: unknown; child: () => ComponentChildren },
): Promise<VNode | Response | null> {
  const { config, error, info, isPartial, params, req, state, url, route } = ctx;
  const props: PageProps<unknown, S> = {
    Component: child as FunctionComponent,
    ...{ config, data, error, info, isPartial, params, req, state, url, route },
  };
  if (component.constructor.name === "AsyncFunction") {
    return await (component as AsyncAnyComponent<typeof props>)(props);
  }
  return h(component as FunctionComponent<typeof props>, props) as VNode;
}

/** Renders a page in its layouts and app wrapper into an HTML response. */
export async function renderDocument<S>(
  ctx: Context<S>,
  { vnode, init, ui, cache }: RenderOptions<S>,
): Promise<Response> {
  let page = vnode;
  for (const layout of ui.layouts.toReversed()) {
    const inner = page;
    const outer = await renderComponent(ctx, layout, { data: null, child: () => inner });
    if (outer instanceof Response) return outer;
    page = outer;
  }
  let content: VNode | null = page;
  let app: VNode | null = null;
  if (ui.app !== null) {
    const child = () => content;
    const outer = await renderComponent(ctx, ui.app, { data: null, child });
    if (outer instanceof Response) return outer;
    app = outer;
  }

  const { pathname } = ctx.url;
  const { basePath } = ctx.config;
  const state = new RenderState(cache as BuildCache<unknown>, pathname, basePath);
  setBuildId(cache.buildId);
  const html = withRenderState(state, () => {
    // The page goes first, so that its <Head> is known when <head> is written.
    const inner = renderToString(page ?? h(Fragment, null));
    content = jsxTemplate([inner]) as VNode;
    return complete(app === null ? inner : renderToString(app), state);
  });

  const headers = new Headers(init.headers);
  headers.set("Content-Type", "text/html; charset=utf-8");
  const preloads = preloadLinks(state);
  if (preloads !== "") headers.append("Link", preloads);
  const response = new Response(`<!DOCTYPE html>${html}`, { ...init, headers });
  nonces.set(response, state.nonce);
  return response;
}

/** Adds the tags of a document that the app wrapper left out. */
function complete(html: string, { tags }: RenderState): string {
  if (tags.has("html") && tags.has("head") && tags.has("body")) return html;
  let node = jsxTemplate([html]) as VNode;
  if (!tags.has("body")) node = h("body", null, node);
  if (!tags.has("head")) {
    const head = h("head", null, h("meta", { charset: "utf-8" }));
    node = h(Fragment, null, head, node);
  }
  return renderToString(tags.has("html") ? node : h("html", null, node));
}

function preloadLinks({ islands, cache, basePath }: RenderState): string {
  if (islands.size === 0 && !cache.isDev) return "";
  const files = [cache.clientEntry, ...[...islands].map(({ file }) => file)];
  return [...new Set(files)].map((file) =>
    `<${encodeURI(basePath + file)}>; rel="modulepreload"; as="script"`
  ).join(", ");
}
