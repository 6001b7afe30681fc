import { useMemo, useRef } from "preact/hooks";

type Acts = Readonly<Record<string, (...args: never[]) => unknown>>;

/** Functions that stay the same at every render and do what the latest ones do: what is memoised by them stays. */
export function useStable<T extends Acts>(latest: T): T {
  const current = useRef(latest);
  current.current = latest;
  return useMemo(() => {
    const names = Object.keys(latest);
    return Object.fromEntries(
      names.map((name) => [name, (...args: never[]) => current.current[name]!(...args)]),
    ) as T;
  }, []);
}
