import { page } from "fresh";
import { define } from "../define.ts";

export const handler = define.handlers({
  async GET() {
    const name = await Promise.resolve("async data");
    return page({ name }, { status: 201, headers: { "X-Page": "yes" } });
  },
});

export default define.page<typeof handler>(async ({ data, url }) => {
  if (url.searchParams.has("away")) {
    return new Response(null, { status: 303, headers: { Location: "/" } });
  }
  const text = await Promise.resolve(data.name);
  return <p>{text}</p>;
});
