/** A colour of sRGB: three numbers from 0 to 1. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** A colour as people see it: lightness 0 to 1, chroma from 0, hue in radians. */
export interface Lch {
  readonly l: number;
  readonly c: number;
  readonly h: number;
}

const HEX = /^#[0-9a-f]{6}$/i;

/** Reads `#rrggbb`; undefined where it is none. */
export function parseHex(text: string): Rgb | undefined {
  if (!HEX.test(text)) return undefined;
  const part = (from: number) => parseInt(text.slice(from, from + 2), 16) / 255;
  return [part(1), part(3), part(5)];
}

export function toHex(rgb: Rgb): string {
  const part = (value: number) => {
    return Math.round(Math.min(1, Math.max(0, value)) * 255).toString(16).padStart(2, "0");
  };
  return `#${rgb.map(part).join("")}`;
}

/** Contrast of two colours, 1 to 21 (WCAG 2.2, 1.4.3). */
export function contrast(a: Rgb, b: Rgb): number {
  const [darker, lighter] = [luminance(a), luminance(b)].toSorted((x, y) => x - y) as [number, number];
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(rgb: Rgb): number {
  const [r, g, b] = linear(rgb);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function linear(rgb: Rgb): Rgb {
  const part = (value: number) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  return [part(rgb[0]), part(rgb[1]), part(rgb[2])];
}

/** To OKLCH (Björn Ottosson, 2020): the same step in lightness looks the same in every hue. */
export function toLch(rgb: Rgb): Lch {
  const [r, g, b] = linear(rgb);
  const long = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const medium = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const short = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  const l = 0.2104542553 * long + 0.793617785 * medium - 0.0040720468 * short;
  const x = 1.9779984951 * long - 2.428592205 * medium + 0.4505937099 * short;
  const y = 0.0259040371 * long + 0.7827717662 * medium - 0.808675766 * short;
  return { l, c: Math.hypot(x, y), h: Math.atan2(y, x) };
}

/** From OKLCH, with less chroma where sRGB has no such colour. */
export function fromLch({ l, c, h }: Lch): Rgb {
  const CHROMA_STEP = 0.005;
  for (let chroma = c; chroma > 0; chroma -= CHROMA_STEP) {
    const rgb = unchecked({ l, c: chroma, h });
    if (rgb.every((value) => value >= -0.001 && value <= 1.001)) return rgb;
  }
  return unchecked({ l, c: 0, h });
}

function unchecked({ l, c, h }: Lch): Rgb {
  const [x, y] = [c * Math.cos(h), c * Math.sin(h)];
  const long = (l + 0.3963377774 * x + 0.2158037573 * y) ** 3;
  const medium = (l - 0.1055613458 * x - 0.0638541728 * y) ** 3;
  const short = (l - 0.0894841775 * x - 1.291485548 * y) ** 3;
  return [
    gamma(4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short),
    gamma(-1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short),
    gamma(-0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short),
  ];
}

function gamma(value: number): number {
  return value <= 0.0031308 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055;
}
