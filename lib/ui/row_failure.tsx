import type { RecordRow, Records } from "@/lib/ui/records.ts";
import { sayProblem } from "@/lib/ui/states.tsx";

/** Why the person's own change of this did not work, and what to do about it. */
export function RowFailure(
  { row, records }: { row: RecordRow; records: Pick<Records, "retry" | "discard"> },
) {
  const { failure, editKey, key } = row;
  if (failure === null) return null;
  return (
    <div class="row-failure" role="alert">
      <p class="error">{sayProblem(failure)}</p>
      <button type="button" class="link" onClick={() => records.retry(editKey ?? key)}>Try again</button>
      <button type="button" class="link" onClick={() => records.discard(editKey ?? key)}>Discard</button>
    </div>
  );
}
