/** The initials of a person. */
export function Avatar({ name }: { name: string }) {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const initials = [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) =>
    [...word ?? ""][0] ?? ""
  );
  return <span class="avatar" aria-hidden="true">{initials.join("").toUpperCase()}</span>;
}
