import { Payload } from "../islands/widgets.tsx";

export const hostile = {
  script: "</script><script>globalThis.broken = true</script>",
  comment: "<!-- <script>",
  lines: "a\u2028b\u2029c",
  quotes: `"'\\\n`,
  nested: [null, true, 1.5, { "__proto__x": "y" }],
};

export default function PayloadPage() {
  return <Payload data={hostile} />;
}
