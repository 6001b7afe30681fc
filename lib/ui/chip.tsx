import { Icon } from "@/lib/ui/icon.tsx";

/** What has arrived and waits, because the person is at the list: a click lets it in. */
export function Chip({ count, onClick }: { count: number; onClick: () => void }) {
  if (count === 0) return null;
  return (
    <div class="chip-place">
      <button type="button" class="chip" onClick={onClick}>
        <Icon name="up" />
        {count} new
      </button>
    </div>
  );
}
