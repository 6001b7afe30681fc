import { useState } from "preact/hooks";

/** The logo of a house. Its place has one size, so that nothing moves when it comes; one that cannot be loaded has none. */
export function Logo({ url }: { url: string | null }) {
  const [broken, setBroken] = useState<string | null>(null);
  if (url === null || url === broken) return null;
  return (
    <img
      class="logo"
      src={url}
      alt=""
      width={28}
      height={28}
      // Whoever keeps the picture need not know who looks at which page.
      referrerpolicy="no-referrer"
      onError={() => setBroken(url)}
    />
  );
}
