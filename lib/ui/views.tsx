import { useFrame } from "@/lib/ui/frame_context.ts";
import { hrefOf } from "@/lib/ui/pages.ts";

export interface View {
  readonly name: string;
  readonly label: string;
  /** How much waits there. */
  readonly count?: number | undefined;
}

/** The parts of a page, as links: they work without script, and each has an address. */
export function Views({ path, views, current }: { path: string; views: readonly View[]; current: string }) {
  const { propertyId } = useFrame();
  return (
    <nav class="views" aria-label="Views">
      {views.map(({ name, label, count = 0 }) => (
        <a
          key={name}
          class="view"
          href={hrefOf(path, propertyId, { view: name })}
          aria-current={name === current ? "page" : undefined}
        >
          {label}
          {count > 0 && <span class="view-count">{count}</span>}
        </a>
      ))}
    </nav>
  );
}
