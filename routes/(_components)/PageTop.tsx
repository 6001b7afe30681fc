import { asset, Head } from "fresh/runtime";
import type { FrameData } from "@/lib/ui/frame_data.ts";
import { THEME_RULE_ID, themeFor, themeRule } from "@/lib/ui/theme.ts";

export interface PageTopProps {
  /** "Finance" */
  readonly title: string;
  readonly frame: FrameData;
  /** Stylesheets of its own: `static/pages/<name>.css`. */
  readonly styles?: string | readonly string[];
}

/** What a page puts into the head: its title, its styles, and the colours of the house before anything is painted. */
export function PageTop({ title, frame, styles }: PageTopProps) {
  const rule = themeRule(themeFor(frame.themes, frame.propertyId));
  return (
    <Head>
      <title>{title} · Innstream</title>
      {[styles ?? []].flat().map((name) => (
        <link key={name} rel="stylesheet" href={asset(`/pages/${name}.css`)} />
      ))}
      {rule !== "" && <style key="theme" id={THEME_RULE_ID}>{rule}</style>}
    </Head>
  );
}
