import { ROLES } from "@/lib/auth/principal.ts";
import { SERVICE_WORDS } from "@/lib/live/words.ts";
import { type Right, rightOf, ROLE_OPTIONS } from "@/lib/pages/users/roles.ts";
import { SERVICE_NAMES } from "@/lib/protocol/services.ts";
import { Icon } from "@/lib/ui/icon.tsx";

const WORDS: Readonly<Record<Right, string>> = {
  "nothing": "–",
  "sees": "Sees",
  "changes some": "Changes some",
  "changes all": "Changes",
};

/** What each role may do, for who wants to know. */
export function RoleTable({ isReadOnly }: { isReadOnly: boolean }) {
  return (
    <details class="card roles">
      <summary>
        <Icon name="down" />
        What each role may do
        {isReadOnly && <span class="muted">Only admins change users</span>}
      </summary>
      <dl class="role-notes">
        {ROLE_OPTIONS.map(({ value, label, note }) => (
          <div key={value}>
            <dt>{label}</dt>
            <dd class="muted">{note}</dd>
          </div>
        ))}
      </dl>
      <div class="roles-scroll" tabIndex={0} role="region" aria-label="Roles and services">
        <table class="roles-table">
          <thead>
            <tr>
              <th scope="col">Service</th>
              {ROLE_OPTIONS.map(({ value, label }) => <th key={value} scope="col">{label}</th>)}
            </tr>
          </thead>
          <tbody>
            {SERVICE_NAMES.map((service) => (
              <tr key={service}>
                <th scope="row">{SERVICE_WORDS[service].label}</th>
                {ROLES.map((role) => {
                  const right = rightOf(role, service);
                  return <td key={role} class={right === "nothing" ? "muted" : undefined}>{WORDS[right]}</td>;
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
