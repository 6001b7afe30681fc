import { useEffect, useState } from "preact/hooks";
import { ROLLOUT_FLAG, STREAMING_FLAG } from "@/lib/flags/flags.ts";
import { percentOf, shareWords } from "@/lib/pages/flags/flag_words.ts";
import type { FlagsState } from "@/lib/pages/flags/use_flags.ts";

/** How large a share of the organisations streams. What is moved takes effect with the button, not before. */
export function Rollout({ flags: { values, counts, isBusy, want } }: { flags: FlagsState }) {
  const current = values[ROLLOUT_FLAG];
  /** What was typed or moved to; null: nothing, so that the value as it is shows. */
  const [draft, setDraft] = useState<string | null>(null);
  const read = percentOf(draft ?? String(current));
  const percent = "value" in read ? read.value : current;
  const wrong = "wrong" in read ? read.wrong : undefined;
  const isChanged = draft !== null && wrong === undefined && percent !== current;
  // It has been applied, here or by somebody else.
  useEffect(() => {
    if (wrong === undefined && percent === current) setDraft(null);
  }, [current]);
  const share = counts === null ? "" : shareWords(counts, percent);
  const apply = (event: Event) => {
    event.preventDefault();
    if (isChanged) want({ changes: { [ROLLOUT_FLAG]: percent }, says: `The rollout is at ${percent} %` });
  };
  return (
    <section class="card flag-card" aria-labelledby="rollout-title" data-flag={ROLLOUT_FLAG}>
      <div class="flag-line">
        <div class="flag-words">
          <h2 id="rollout-title">Rollout</h2>
          <p class="muted">
            {values[STREAMING_FLAG]
              ? "The share of the organisations that stream. Raising it only adds organisations."
              : "Streaming is off, so this waits until it is on."}
          </p>
        </div>
        <strong class="flag-state figure">{current} %</strong>
      </div>
      <form class="rollout script-only" onSubmit={apply}>
        <input
          type="range"
          class="slider"
          id="rollout-slider"
          min={0}
          max={100}
          step={1}
          value={Math.round(percent)}
          aria-label="Rollout in percent"
          aria-valuetext={`${percent} percent${share === "" ? "" : `, ${share}`}`}
          onInput={(event) => setDraft(event.currentTarget.value)}
        />
        <div class="rollout-fine">
          <label for="rollout-percent" class="hidden">Rollout in percent, with up to two decimals</label>
          <input
            id="rollout-percent"
            class="input figure"
            inputMode="decimal"
            autocomplete="off"
            value={draft ?? String(current)}
            aria-invalid={wrong !== undefined}
            aria-describedby="rollout-below"
            onInput={(event) => setDraft(event.currentTarget.value)}
          />
          <span aria-hidden="true">%</span>
        </div>
        <p id="rollout-below" class={wrong === undefined ? "rollout-share" : "rollout-share error"}>
          {wrong ?? share}
        </p>
        <div class="rollout-buttons">
          {draft !== null && (
            <button type="button" class="button button-quiet" onClick={() => setDraft(null)}>Reset</button>
          )}
          <button type="submit" class="button button-main" disabled={!isChanged || isBusy(ROLLOUT_FLAG)}>
            {isBusy(ROLLOUT_FLAG) ? "Applying…" : isChanged ? `Apply ${percent} %` : "Apply"}
          </button>
        </div>
      </form>
    </section>
  );
}
