import { Icon } from "@/lib/ui/icon.tsx";

const CHOICES = [
  ["system", "screen", "System"],
  ["light", "sun", "Light"],
  ["dark", "moon", "Dark"],
] as const;

/** Light, dark or as the system has it; static/page.js keeps the choice, and knows it before any island does. */
export function ThemeSwitch() {
  return (
    <fieldset class="switch script-only">
      <legend class="hidden">Appearance</legend>
      {CHOICES.map(([value, icon, label]) => (
        <label key={value} class="switch-choice">
          <input type="radio" name="theme" value={value} />
          <Icon name={icon} />
          {label}
        </label>
      ))}
    </fieldset>
  );
}
