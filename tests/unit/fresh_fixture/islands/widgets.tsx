import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { Head, IS_BROWSER } from "fresh/runtime";
import { greeting } from "@/tests/unit/fresh_fixture/greeting.ts";
import Counter from "./Counter.tsx";

export function Greeter({ name }: { name: string }) {
  const waves = useSignal(0);
  return (
    <p id="greeter" onClick={() => waves.value++}>
      <Head>
        <title>{greeting(name)}</title>
      </Head>
      {greeting(name)} {IS_BROWSER ? "from the browser" : "from the server"}, {waves} waves
    </p>
  );
}

/** Shows its children from the start, `hidden` after a click. */
export function Panel(
  props: { children: ComponentChildren; hidden: ComponentChildren },
) {
  const isOpen = useSignal(false);
  return (
    <section id="panel">
      <button id="open" type="button" onClick={() => isOpen.value = true}>
        open
      </button>
      <Counter id="inner" start={7} />
      {props.children}
      {isOpen.value && props.hidden}
    </section>
  );
}

export function Payload({ data }: { data: unknown }) {
  return <pre id="payload">{JSON.stringify(data)}</pre>;
}

/** Has another root element in the browser than on the server. */
export function Switch() {
  return IS_BROWSER ? <b id="switch">browser</b> : <i id="stale">server</i>;
}
