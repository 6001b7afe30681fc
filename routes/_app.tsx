import { asset } from "fresh/runtime";
import { define } from "@/services/http/define.ts";

export default define.page(({ Component }) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <title>Innstream</title>
      <link rel="icon" href={asset("/favicon.svg")} type="image/svg+xml" />
      {["base", "frame", "parts", "figures", "tables", "forms"].map((name) => (
        <link key={name} rel="stylesheet" href={asset(`/${name}.css`)} />
      ))}
      {/* Not deferred: the theme must be known before anything is painted. */}
      <script src={asset("/page.js")} />
    </head>
    <body>
      <a class="skip" href="#main">Skip to content</a>
      <Component />
    </body>
  </html>
));
