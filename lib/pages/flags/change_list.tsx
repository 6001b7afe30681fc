import { flagLabel, valueWords } from "@/lib/pages/flags/flag_words.ts";
import type { FlagChange } from "@/lib/pages/flags/flags_data.ts";
import type { FlagsState } from "@/lib/pages/flags/use_flags.ts";
import { When } from "@/lib/ui/figures.tsx";
import { useFrame } from "@/lib/ui/frame_context.ts";
import { Empty } from "@/lib/ui/states.tsx";

/** Who changed what when. */
export function ChangeList({ flags: { changes, isLoadingMore, loadMore } }: { flags: FlagsState }) {
  if (changes === null) return null;
  const { items, next } = changes;
  return (
    <section class="flag-changes" aria-labelledby="changes-title">
      <h2 id="changes-title">Changes</h2>
      <div class="card table-card" data-entity="flag-change">
        {items.length === 0
          ? (
            <Empty
              icon="flag"
              title="Nothing has been changed yet"
              text="Who changes a flag, and when, stands here."
            />
          )
          : (
            <table class="table" role="table" aria-labelledby="changes-title">
              <thead role="rowgroup">
                <tr role="row">
                  <th role="columnheader" scope="col">What</th>
                  <th role="columnheader" scope="col">Change</th>
                  <th role="columnheader" scope="col">Who</th>
                  <th role="columnheader" scope="col" class="cell-end">When</th>
                </tr>
              </thead>
              <tbody role="rowgroup">
                {items.map((change) => <Change key={change.id} change={change} />)}
              </tbody>
            </table>
          )}
        {next !== null && (
          <div class="list-foot script-only">
            <button type="button" class="button" disabled={isLoadingMore} onClick={() => void loadMore()}>
              {isLoadingMore ? "Loading…" : "Load more"}
            </button>
          </div>
        )}
      </div>
    </section>
  );
}

function Change({ change }: { change: FlagChange }) {
  const { data: { orgId: own } } = useFrame();
  const { id, flag, oldValue, newValue, changedBy, orgId, changedAt } = change;
  return (
    <tr role="row" data-row data-id={id} tabIndex={-1}>
      <td role="cell" class="cell-title">{flagLabel(flag)}</td>
      <td role="cell" class="cell-meta">{valueWords(oldValue)} → {valueWords(newValue)}</td>
      <td role="cell" class="cell-meta">
        {changedBy === null ? "by hand, in the store" : <bdi>{changedBy}</bdi>}
        {orgId !== null && orgId !== own && ` of organisation ${orgId}`}
      </td>
      <td role="cell" class="cell-aside cell-end">
        <When at={changedAt} propertyId={null} />
      </td>
    </tr>
  );
}
