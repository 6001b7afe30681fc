import { useRef } from "preact/hooks";

/** The list of the render before where it holds the same: what is memoised by it stays as it is. */
export function useSame<T>(list: readonly T[]): readonly T[] {
  const kept = useRef(list);
  const before = kept.current;
  if (list.length !== before.length || list.some((one, at) => one !== before[at])) kept.current = list;
  return kept.current;
}
