import { useFrame } from "@/lib/ui/frame_context.ts";
import { hrefOf } from "@/lib/ui/pages.ts";
import { useProperty } from "@/lib/ui/realtime.tsx";

/** Whose look it is about: the organisation's, or that of one of its properties. */
export function PlaceList() {
  const { data: { organisation, properties }, propertyId, themes } = useFrame();
  const { choose } = useProperty();
  const places = [{ id: null, name: organisation }, ...properties];
  return (
    <nav class="looks" aria-label="Whose look">
      {places.map(({ id, name }) => {
        const hasOwn = themes.some((theme) => theme.propertyId === id);
        return (
          <a
            key={id}
            class="look"
            href={hrefOf("/branding", id)}
            aria-current={id === propertyId ? "page" : undefined}
            onClick={(event) => {
              if (event.ctrlKey || event.metaKey || event.shiftKey) return;
              event.preventDefault();
              choose(id);
            }}
          >
            <bdi class="look-name">{name}</bdi>
            <span class="muted">{noteOf(id, hasOwn)}</span>
          </a>
        );
      })}
    </nav>
  );
}

function noteOf(id: number | null, hasOwn: boolean): string {
  if (id === null) return hasOwn ? "The whole organisation" : "The whole organisation, not set yet";
  return hasOwn ? "Has its own" : "As the organisation";
}
