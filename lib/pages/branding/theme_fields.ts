import type { FieldSpec } from "@/lib/ui/field_spec.ts";
import type { Side, Theme, Verdict } from "@/lib/ui/theme.ts";

/** What a house has as long as it chooses nothing; the same as static/base.css. */
const FRESH = {
  primaryColor: "#0b6b63",
  accentColor: "#8a5a00",
  mode: "system",
} as const;

const MODES = [
  { value: "system", label: "As the device has it" },
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
];

export const THEME_FIELDS: readonly FieldSpec[] = [
  { name: "name", label: "Name", kind: "text", hint: "What this look is called among you." },
  { name: "primaryColor", label: "Main colour", kind: "color" },
  { name: "accentColor", label: "Second colour", kind: "color" },
  {
    name: "logoUrl",
    label: "Logo",
    kind: "text",
    hint: "The https:// address of a square picture. It stands beside the name, on top of every page.",
  },
  {
    name: "mode",
    label: "Light or dark",
    kind: "choice",
    options: MODES,
    hint: "For people who have not chosen for themselves.",
  },
];

/** What the form of a house without a look of its own begins with: what its pages show now. */
export function freshTheme(place: string, inherited: Theme | undefined) {
  const { primaryColor, accentColor, mode } = inherited ?? FRESH;
  return { name: place, primaryColor, accentColor, mode, logoUrl: inherited?.logoUrl ?? null };
}

/** `5.9 : 1`, cut rather than rounded: 4.49 is not enough. */
function ratioWords(contrast: number): string {
  return `${Math.floor(contrast * 10) / 10} : 1`;
}

/** "readable, 5.9 : 1", or what is wrong with it and what is shown instead. */
export function verdictWords({ contrast, isKept, used }: Verdict, side: Side): string {
  if (isKept) return `readable, ${ratioWords(contrast)}`;
  return `too ${side} to read, ${ratioWords(contrast)}; shown as ${used}`;
}
