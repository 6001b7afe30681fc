import { page } from "fresh";
import UsersPage from "@/islands/UsersPage.tsx";
import { definePages } from "@/services/auth/session.ts";
import { PageTop } from "../../(_components)/PageTop.tsx";
import { PageReading } from "../(_frame)/page_reading.ts";

export const handler = definePages.handlers({
  async GET(ctx) {
    const reading = await PageReading.of(ctx, "users");
    if (reading instanceof Response) return reading;
    const first = await reading.list("user");
    return page({ frame: await reading.frame(), first });
  },
});

export default definePages.page<typeof handler>(({ data }) => (
  <>
    <PageTop title="Users" frame={data.frame} styles="users" />
    <UsersPage {...data} />
  </>
));
