import { STREAMING_FLAG } from "@/lib/flags/flags.ts";
import { ChangeList } from "@/lib/pages/flags/change_list.tsx";
import type { FlagsData } from "@/lib/pages/flags/flags_data.ts";
import { LongPolls } from "@/lib/pages/flags/long_polls.tsx";
import { Rollout } from "@/lib/pages/flags/rollout.tsx";
import { type FlagsState, useFlags } from "@/lib/pages/flags/use_flags.ts";
import { Confirm } from "@/lib/ui/confirm.tsx";
import { useFrame } from "@/lib/ui/frame_context.ts";
import { wholeFormat } from "@/lib/ui/number_formats.ts";
import { PageHead } from "@/lib/ui/page_head.tsx";
import { StatTile } from "@/lib/ui/stat_tile.tsx";
import { sayProblem } from "@/lib/ui/states.tsx";
import { Toggle } from "@/lib/ui/toggle.tsx";

/** How realtime is switched, for operators: it concerns every organisation of the installation. */
export function Flags(data: FlagsData) {
  const flags = useFlags(data);
  const { asked, failure, isBusy } = flags;
  return (
    <>
      <PageHead title="Feature flags" />
      <Counts flags={flags} />
      <div class="flags">
        <Master flags={flags} />
        <Rollout flags={flags} />
        <LongPolls flags={flags} />
        <ChangeList flags={flags} />
      </div>
      {asked && (
        <Confirm
          {...asked.rollback}
          isBusy={(Object.keys(asked.changes) as (keyof typeof asked.changes)[]).some(isBusy)}
          failure={failure}
          onConfirm={flags.confirm}
          onClose={flags.cancel}
        />
      )}
    </>
  );
}

function Counts({ flags: { counts, problem, refresh } }: { flags: FlagsState }) {
  const { data: { locale } } = useFrame();
  const format = wholeFormat(locale);
  return (
    <section class="flag-counts" aria-label="Connections now">
      <div class="stats">
        <StatTile label="Streaming now" value={counts?.streaming ?? null} format={format} />
        <StatTile label="Polling now" value={counts?.polling ?? null} format={format} />
        <StatTile label="Instances" value={counts?.instances ?? null} format={format} />
        <StatTile label="Organisations" value={counts?.organisations ?? null} format={format} />
      </div>
      {problem && (
        <p class="flag-stale" role="alert">
          <span class="error">What you see may be old: {sayProblem(problem)}</span>
          <button type="button" class="link" onClick={() => void refresh()}>Try again</button>
        </p>
      )}
    </section>
  );
}

function Master({ flags: { values, isBusy, want } }: { flags: FlagsState }) {
  const isOn = values[STREAMING_FLAG];
  return (
    <section class="card flag-card" aria-labelledby="master-title" data-flag={STREAMING_FLAG}>
      <div class="flag-line">
        <div class="flag-words">
          <h2 id="master-title">Streaming</h2>
          <p class="muted" id="master-text">
            {isOn
              ? "On: organisations in the rollout get events at once, over a stream."
              : "Off: nobody streams. Everybody polls and is a few seconds behind."}
          </p>
        </div>
        <strong class={`flag-state flag-${isOn ? "on" : "off"}`}>{isOn ? "On" : "Off"}</strong>
        <Toggle
          label="Streaming"
          isOn={isOn}
          isBusy={isBusy(STREAMING_FLAG)}
          describedBy="master-text"
          onChange={(on) => {
            want({ changes: { [STREAMING_FLAG]: on }, says: on ? "Streaming is on" : "Streaming is off" });
          }}
        />
      </div>
    </section>
  );
}
