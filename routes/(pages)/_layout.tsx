import { TopBar } from "../(_components)/TopBar.tsx";
import { definePages } from "@/services/auth/session.ts";

export default definePages.layout(({ Component, state }) => (
  <>
    {state.session !== null && <TopBar session={state.session} />}
    <Component />
  </>
));
