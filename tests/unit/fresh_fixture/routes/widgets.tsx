import Counter from "../islands/Counter.tsx";
import { Greeter, Panel, Switch } from "../islands/widgets.tsx";

export default function Widgets() {
  return (
    <main>
      <Counter id="one" start={1} />
      <Counter id="two" start={10} />
      <Greeter name="Asha & co" />
      <Panel hidden={<i id="secret">found</i>}>
        <label for="box" class="note">
          <input id="box" type="checkbox" checked disabled /> from the page
        </label>
        <Counter id="slotted" start={20} />
      </Panel>
      <Switch />
      <p id="after">after</p>
    </main>
  );
}
