import { useState } from "preact/hooks";
import { Icon } from "@/lib/ui/Icon.tsx";

/** How long the button says that it worked. */
const COPIED_MS = 2_000;

/** A line for the terminal that makes something happen. */
export function TryIt({ command, needsToken }: { command: string; needsToken: boolean }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(command);
    setCopied(true);
    setTimeout(() => setCopied(false), COPIED_MS);
  };
  return (
    <section class="try" aria-labelledby="try-title">
      <h2 id="try-title" class="try-title">
        <Icon name="terminal" />Try it: post a revenue from a terminal and see it arrive below
      </h2>
      <div class="try-line">
        <pre class="code" tabIndex={0}><code>{command}</code></pre>
        <button type="button" class="button try-copy" onClick={copy}>
          <Icon name={copied ? "check" : "copy"} />
          <span aria-live="polite">{copied ? "Copied" : "Copy"}</span>
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
