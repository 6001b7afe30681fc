import { useRef, useState } from "preact/hooks";
import { after } from "@/lib/client/browser.ts";
import { Icon } from "@/lib/ui/icon.tsx";

/** How long the button says what came of it. */
const SAID_MS = 3_000;

export interface Command {
  readonly command: string;
  /** Does the line have a place for a token that the person must fill in? */
  readonly needsToken: boolean;
}

/** A line for the terminal that makes something happen. */
export function TryIt({ command, needsToken }: Command) {
  const [says, setSays] = useState<"Copy" | "Copied" | "Press Ctrl C">("Copy");
  const line = useRef<HTMLElement>(null);
  const copy = async () => {
    setSays(await copied(command, line.current!) ? "Copied" : "Press Ctrl C");
    after(SAID_MS, () => setSays("Copy"));
  };
  return (
    <section class="try" aria-labelledby="try-title">
      <h2 id="try-title" class="try-title">
        <Icon name="terminal" />Try it: post a revenue from a terminal and see it arrive below
      </h2>
      <div class="try-line">
        <pre class="code" tabIndex={0}><code ref={line}>{command}</code></pre>
        <button type="button" class="button try-copy script-only" onClick={copy}>
          <Icon name={says === "Copied" ? "check" : "copy"} />
          <span aria-live="polite">{says}</span>
        </button>
      </div>
      {needsToken && (
        <p class="muted">
          Put a token of yours where it says <code>$TOKEN</code>.
        </p>
      )}
    </section>
  );
}

/** False: the browser gives no access to the clipboard (plain HTTP, or forbidden); then the line is selected. */
async function copied(text: string, line: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    getSelection()?.selectAllChildren(line);
    return false;
  }
}
