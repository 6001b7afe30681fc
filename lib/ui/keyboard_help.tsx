import { Dialog } from "@/lib/ui/dialog.tsx";
import type { PageInfo } from "@/lib/ui/pages.ts";

const KEYS: readonly (readonly [keys: readonly string[], what: string])[] = [
  [["j"], "Next line of a list"],
  [["k"], "Line before"],
  [["Enter"], "Open it"],
  [["n"], "New"],
  [["⇧", "→"], "Move a task to the next column"],
  [["⇧", "←"], "Move it back"],
  [["/"], "Search"],
  [["Esc"], "Cancel, close"],
  [["?"], "This list"],
];

/** Every key that does something, in one place. */
export function KeyboardHelp({ pages, onClose }: { pages: readonly PageInfo[]; onClose: () => void }) {
  return (
    <Dialog title="Keyboard" onClose={onClose}>
      <div class="keys">
        <dl>{KEYS.map(([keys, what]) => <KeyLine key={what} keys={keys} what={what} />)}</dl>
        <dl>
          {pages.map(({ letter, label }) => <KeyLine key={letter} keys={["g", letter]} what={label} />)}
        </dl>
      </div>
    </Dialog>
  );
}

function KeyLine({ keys, what }: { keys: readonly string[]; what: string }) {
  return (
    <div class="key-line">
      <dt>{keys.map((key) => <kbd key={key}>{key}</kbd>)}</dt>
      <dd>{what}</dd>
    </div>
  );
}
