import { contrast, fromLch, type Lch, parseHex, type Rgb, toHex, toLch } from "@/lib/ui/color.ts";

/** A record of `branding.theme`, as far as pages need it. */
export interface Theme {
  /** null: the whole organisation's. */
  readonly propertyId: number | null;
  readonly primaryColor: string;
  readonly accentColor: string;
  /** What pages look like for people who have not chosen. */
  readonly mode: "light" | "dark" | "system";
  /** An https address; null: the pages have no logo. */
  readonly logoUrl: string | null;
}

/** Text against what is behind it (WCAG 2.2 AA, 1.4.3). */
export const TEXT_CONTRAST_MIN = 4.5;
/** Id of the style element that the server writes. */
export const THEME_RULE_ID = "theme-rule";
const LIGHTNESS_STEP = 0.005;
/** Pale enough to lie behind text of the accent's own hue. */
const SOFT = { light: { l: 0.95, c: 0.035 }, dark: { l: 0.29, c: 0.045 } } as const;
/** From the accent to what it becomes under the pointer. */
const STRONGER = 0.07;

/** What text in the accent may stand on, as static/base.css has it: the least contrast of all decides. */
const GROUNDS = {
  light: ["#ffffff", "#f6f7f7", "#eef1f0"].map(known),
  dark: ["#171d1c", "#0f1413", "#0c1110"].map(known),
};
const ON_ACCENT = { light: known("#ffffff"), dark: known("#071412") };

export type Side = keyof typeof GROUNDS;

/** The theme in a record or an event; undefined where it is none. */
export function themeOf(
  propertyId: number | null,
  { primaryColor, accentColor, mode, logoUrl }: Readonly<Record<string, unknown>>,
): Theme | undefined {
  if (typeof primaryColor !== "string" || typeof accentColor !== "string") return undefined;
  return {
    propertyId,
    primaryColor,
    accentColor,
    mode: mode === "light" || mode === "dark" ? mode : "system",
    logoUrl: typeof logoUrl === "string" && logoUrl.startsWith("https://") ? logoUrl : null,
  };
}

/** The theme of a property: its own, else the organisation's; undefined where there is none. */
export function themeFor(themes: readonly Theme[], propertyId: number | null): Theme | undefined {
  const own = propertyId === null ? undefined : themes.find((theme) => theme.propertyId === propertyId);
  return own ?? themes.find((theme) => theme.propertyId === null);
}

/**
 * The custom properties of a theme by name, for light and dark. Whatever the colours are, what comes of them can be read:
 * hue and chroma stay, lightness moves as far as it must. A colour that cannot be read changes nothing.
 */
export function themeVariables(theme: Theme | undefined): Readonly<Record<string, string>> {
  if (theme === undefined) return {};
  return {
    "--mode": theme.mode === "system" ? "light dark" : theme.mode,
    ...variablesOf("brand", theme.primaryColor),
    ...variablesOf("second", theme.accentColor),
  };
}

/** The rule of a theme for a style element; "" for none. Holds nothing but colours that were computed here. */
export function themeRule(theme: Theme | undefined): string {
  const lines = Object.entries(themeVariables(theme)).map(([name, value]) => `${name}:${value}`);
  return lines.length === 0 ? "" : `:root{${lines.join(";")}}`;
}

/** What becomes of a colour on light or dark pages. */
export interface Verdict {
  /** The least contrast it has there as it was given, 1 to 21. */
  readonly contrast: number;
  /** The colour that pages use: the given one, or one that can be read. */
  readonly used: string;
  readonly isKept: boolean;
}

/** Can this colour be read? undefined where it is none. */
export function verdictOf(hex: string, side: Side): Verdict | undefined {
  const given = parseHex(hex);
  if (given === undefined) return undefined;
  const used = toHex(readable(given, side));
  return { contrast: leastContrast(given, toLch(given), side), used, isKept: used === toHex(given) };
}

function variablesOf(name: string, hex: string): Record<string, string> {
  const given = parseHex(hex);
  if (given === undefined) return {};
  const variables: Record<string, string> = {};
  for (const side of ["light", "dark"] as const) {
    const accent = readable(given, side);
    const { l, c, h } = toLch(accent);
    variables[`--${name}-${side}`] = toHex(accent);
    variables[`--${name}-strong-${side}`] = toHex(stronger({ l, c, h }, side));
    variables[`--${name}-soft-${side}`] = toHex(
      fromLch({ l: SOFT[side].l, c: Math.min(c, SOFT[side].c), h }),
    );
  }
  return variables;
}

/** The colour, moved away from its ground until text in it, and text on it, can be read. */
function readable(given: Rgb, side: Side): Rgb {
  const lch = toLch(given);
  const step = side === "light" ? -LIGHTNESS_STEP : LIGHTNESS_STEP;
  for (let l = lch.l; l >= 0 && l <= 1; l += step) {
    const rgb = l === lch.l ? given : fromLch({ ...lch, l });
    if (leastContrast(rgb, lch, side) >= TEXT_CONTRAST_MIN) return rgb;
  }
  return side === "light" ? [0, 0, 0] : [1, 1, 1];
}

/** Of a colour against whatever it stands on or under, its own soft ground among them. */
function leastContrast(rgb: Rgb, { c, h }: Lch, side: Side): number {
  const soft = fromLch({ l: SOFT[side].l, c: Math.min(c, SOFT[side].c), h });
  return Math.min(...[...GROUNDS[side], ON_ACCENT[side], soft].map((ground) => contrast(rgb, ground)));
}

function stronger({ l, c, h }: Lch, side: Side): Rgb {
  return fromLch({ l: side === "light" ? Math.max(0, l - STRONGER) : Math.min(1, l + STRONGER), c, h });
}

function known(hex: string): Rgb {
  return parseHex(hex)!;
}
