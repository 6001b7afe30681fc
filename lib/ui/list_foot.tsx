import { useEffect, useRef } from "preact/hooks";
import { sayProblem } from "@/lib/ui/states.tsx";
import type { Records } from "@/lib/ui/records.ts";

/** The next page is asked for this long before its place comes into sight. */
const AHEAD = "600px";

/** The end of a list: loads what follows, by itself when it comes near, and says where that failed. */
export function ListFoot({ records }: { records: Records }) {
  const { hasMore, isLoadingMore, rows, state, problem } = records;
  const foot = useRef<HTMLDivElement>(null);
  const load = useRef(() => {});
  load.current = () => records.loadMore();
  const waits = hasMore && !isLoadingMore && state === "ready";
  useEffect(() => {
    if (!waits || foot.current === null) return;
    const near = new IntersectionObserver(([entry]) => entry?.isIntersecting && load.current(), {
      rootMargin: AHEAD,
    });
    near.observe(foot.current);
    return () => near.disconnect();
  }, [waits, rows.length]);
  if (state === "failed") {
    return (
      <div class="list-foot" role="alert">
        <span class="error">This list may be out of date: {problem ? sayProblem(problem) : "no answer"}</span>
        <button type="button" class="link" onClick={() => records.reload()}>Try again</button>
      </div>
    );
  }
  if (!hasMore) return null;
  return (
    <div class="list-foot script-only" ref={foot}>
      <button type="button" class="button" disabled={isLoadingMore} onClick={() => records.loadMore()}>
        {isLoadingMore ? "Loading…" : "Load more"}
      </button>
    </div>
  );
}
