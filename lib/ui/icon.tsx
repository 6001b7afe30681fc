import { type IconName, ICONS } from "@/lib/ui/icons.ts";

/** A picture beside words: it never stands for them, so screen readers pass it over. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={ICONS[name]} />
    </svg>
  );
}
