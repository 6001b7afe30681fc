/** The initials of a person, beside the name; where they are all that can be seen of it, they are also said. */
export function Avatar({ name, isSaid = false }: { name: string; isSaid?: boolean }) {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const initials = [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) =>
    [...word ?? ""][0] ?? ""
  );
  return <span class="avatar" aria-hidden={!isSaid}>{initials.join("").toUpperCase()}</span>;
}
