import { longPollFlag } from "@/lib/flags/flags.ts";
import { SERVICE_WORDS } from "@/lib/live/words.ts";
import type { FlagsState } from "@/lib/pages/flags/use_flags.ts";
import { SERVICE_NAMES } from "@/lib/protocol/services.ts";
import { Toggle } from "@/lib/ui/toggle.tsx";

/** One switch for the long poll of each service. */
export function LongPolls({ flags: { values, isBusy, want } }: { flags: FlagsState }) {
  return (
    <section class="card flag-card" aria-labelledby="polls-title">
      <div class="flag-words">
        <h2 id="polls-title">Long polls</h2>
        <p class="muted">What those use who do not stream, service by service.</p>
      </div>
      <ul class="polls">
        {SERVICE_NAMES.map((service) => {
          const flag = longPollFlag(service);
          const { label } = SERVICE_WORDS[service];
          const isOn = values[flag];
          return (
            <li key={service} class="poll" data-flag={flag}>
              <span class="poll-name">{label}</span>
              <span class={isOn ? "muted" : "error"}>{isOn ? "On" : "Off"}</span>
              <Toggle
                label={`Long poll of ${label}`}
                isOn={isOn}
                isBusy={isBusy(flag)}
                onChange={(on) => {
                  const says = `The long poll of ${label} is ${on ? "on" : "off"}`;
                  want({ changes: { [flag]: on }, says });
                }}
              />
            </li>
          );
        })}
      </ul>
    </section>
  );
}
