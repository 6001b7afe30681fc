import { useState } from "preact/hooks";
import type { EffectiveFlags, FlagName, FlagValues } from "@/lib/flags/flags.ts";
import { type Rollback, rollbackOf, valuesOf } from "@/lib/pages/flags/flag_words.ts";
import {
  type ChangePage,
  CHANGES_PAGE,
  type FlagsData,
  type LiveCounts,
  withNewest,
  withOlder,
} from "@/lib/pages/flags/flags_data.ts";
import type { Problem } from "@/lib/protocol/problems.ts";
import { useFrame } from "@/lib/ui/frame_context.ts";
import { usePageClient } from "@/lib/ui/realtime.tsx";
import { sayProblem } from "@/lib/ui/states.tsx";
import { useRefresh } from "@/lib/ui/use_refresh.ts";

/** What others change is seen after at most this. */
const REFRESH_MS = 5_000;
const PATH = "/feature-flags";

/** A change that is waited for, or that waits for a yes. */
export interface Wanted {
  readonly changes: Partial<FlagValues>;
  readonly says: string;
}

/** The flags of the installation, as they are and as they are being changed. */
export function useFlags(data: FlagsData) {
  const { rest } = usePageClient();
  const { toast } = useFrame();
  const [values, setValues] = useState(data.values);
  const [counts, setCounts] = useState(data.counts);
  const [changes, setChanges] = useState(data.changes);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [asked, ask] = useState<(Wanted & { readonly rollback: Rollback }) | null>(null);
  const [failure, fail] = useState<string | null>(null);
  const [busy, setBusy] = useState<readonly string[]>([]);
  const [isLoadingMore, setLoadingMore] = useState(false);

  const refresh = async () => {
    const [flags, fleet, newest] = await Promise.all([
      rest.json(PATH),
      rest.json(`${PATH}/counts`),
      rest.json(`${PATH}/changes?limit=${CHANGES_PAGE}`),
    ]);
    if (flags.ok) setValues(valuesOf(flags.value as EffectiveFlags));
    if (fleet.ok) setCounts(fleet.value as LiveCounts);
    if (newest.ok) setChanges((known) => withNewest(known, newest.value as ChangePage));
    const failed = [flags, fleet, newest].find((answer) => !answer.ok);
    setProblem(failed === undefined || failed.ok ? null : failed.problem);
  };
  useRefresh(REFRESH_MS, refresh);

  const send = async ({ changes, says }: Wanted, failedIn: (words: string) => void) => {
    const names = Object.keys(changes) as FlagName[];
    const before = Object.fromEntries(names.map((name) => [name, values[name]])) as Partial<FlagValues>;
    setBusy(names);
    fail(null);
    const answer = await rest.json(PATH, { method: "POST", body: JSON.stringify(changes) });
    setBusy([]);
    if (!answer.ok) return failedIn(sayProblem(answer.problem));
    const after = valuesOf(answer.value as EffectiveFlags);
    setValues(after);
    ask(null);
    // The way back may take something away, and is then asked about like everything else.
    toast({ text: says, undo: () => want({ changes: before, says: "It is as it was" }, after) });
    await refresh();
  };
  const want = (wanted: Wanted, now = values) => {
    const rollback = rollbackOf(now, wanted.changes, counts);
    fail(null);
    if (rollback !== undefined) return ask({ ...wanted, rollback });
    void send(wanted, (words) => toast({ kind: "failed", text: `This was not changed: ${words}` }));
  };
  const loadMore = async () => {
    if (isLoadingMore || !changes?.next) return;
    setLoadingMore(true);
    const query = new URLSearchParams({ limit: String(CHANGES_PAGE), cursor: changes.next });
    const answer = await rest.json(`${PATH}/changes?${query}`);
    setLoadingMore(false);
    if (answer.ok) setChanges((known) => known && withOlder(known, answer.value as ChangePage));
    else setProblem(answer.problem);
  };
  return {
    values,
    counts,
    changes,
    /** Why what is shown may be old; null: it is not. */
    problem,
    refresh,
    isBusy: (name: FlagName) => busy.includes(name),
    /** Changes flags, after asking where that takes something away. */
    want,
    /** What is asked about. */
    asked,
    failure,
    confirm: () => asked && void send(asked, fail),
    cancel: () => ask(null),
    isLoadingMore,
    loadMore,
  };
}

export type FlagsState = ReturnType<typeof useFlags>;
