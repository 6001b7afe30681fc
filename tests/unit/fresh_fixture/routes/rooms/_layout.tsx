import Counter from "../../islands/Counter.tsx";
import { define } from "../../define.ts";

export default define.layout(({ Component }) => (
  <div class="rooms">
    <Counter id="layout" start={100} />
    <Component />
  </div>
));
