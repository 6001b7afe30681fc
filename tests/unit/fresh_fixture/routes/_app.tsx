import { define } from "../define.ts";

export default define.layout(({ Component, state }) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <title>Fixture</title>
      <link rel="icon" href="data:," />
      <style>{"main { margin: 0 }"}</style>
    </head>
    <body data-trail={state.trail.join(" ")}>
      <Component />
    </body>
  </html>
));
