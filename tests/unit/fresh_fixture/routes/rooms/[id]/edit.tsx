import { define } from "../../../define.ts";

export default define.page(({ params }) => <h1>Edit {params.id}</h1>);
