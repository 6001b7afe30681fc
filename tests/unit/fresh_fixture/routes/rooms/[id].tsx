import { define } from "../../define.ts";
import Local from "./(_islands)/Local.tsx";

export default define.page(({ params }) => (
  <h1>
    Room {params.id} <Local />
  </h1>
));
