import { stringify } from "yaml";
import { limitOf, PAGE_BURNS, type Promised, PROMISES, TICKET_BURNS } from "../promises.ts";
import { annotations, type Severity } from "./promise_rules.ts";

const HEAD = `# Made by \`deno task ops\` from ops/promises.ts: change that.
# Every promise is kept and broken at once, each just above or just below its limit.
`;
/** Happens in a step of time, so that every share below is a whole number. */
const EACH = 1_000_000;
const INSTANCE = 'job="innstream-app", instance="app-1:9464"';
const [FAST, SLOW] = PAGE_BURNS;
const [TICKET] = TICKET_BURNS;
const ABOVE = 1.01;
const BELOW = 0.99;

/** What happens for so many steps: of so many, this share breaks the promise. */
interface Stretch {
  readonly steps: number;
  readonly each: number;
  readonly share: number;
}

/** What must be told at a time, in minutes: the share that the alert of a severity tells; no share, no alert. */
interface Told extends Readonly<Partial<Record<Severity, number>>> {
  readonly minute: number;
}

interface Scenario {
  readonly name: string;
  readonly stepMinutes: number;
  readonly stretches: (promised: Promised) => readonly Stretch[];
  readonly told: (promised: Promised) => readonly Told[];
}

/** The text of tests/promises_test.yml. */
export function promiseTests(): string {
  const tests = [...fast(), ...slow(), ...days(), ...quiet()].map(test);
  const file = { rule_files: ["../rules/promises.yml"], evaluation_interval: "30m", tests };
  return HEAD + stringify(file, { lineWidth: 0, aliasDuplicateObjects: false });
}

/** An hour after five that were good: only the fast burn can see it, and only while it lasts. */
function fast(): Scenario[] {
  const hour = (part: number) => (promised: Promised): Stretch[] => [
    { steps: 300, each: EACH, share: 0 },
    { steps: 60, each: EACH, share: limitOf(promised, FAST!) * part },
    { steps: 60, each: EACH, share: 0 },
  ];
  return [
    {
      name: "an hour that burns too fast, and half an hour after it",
      stepMinutes: 1,
      stretches: hour(ABOVE),
      told: (promised) => {
        const share = limitOf(promised, FAST!) * ABOVE;
        return [
          { minute: 300 },
          { minute: 360, page: share, ticket: share * 60 / 360 },
          { minute: 390, ticket: share * 60 / 390 },
        ];
      },
    },
    {
      name: "an hour that does not",
      stepMinutes: 1,
      stretches: hour(BELOW),
      told: (promised) => [{ minute: 360, ticket: limitOf(promised, FAST!) * BELOW * 60 / 360 }],
    },
  ];
}

/** Six hours at one rate. */
function slow(): Scenario[] {
  return [ABOVE, BELOW].map((part) => {
    const share = (promised: Promised) => limitOf(promised, SLOW!) * part;
    return {
      name: part === ABOVE ? "six hours that burn too fast" : "six hours that do not",
      stepMinutes: 1,
      stretches: (promised) => [{ steps: 360, each: EACH, share: share(promised) }],
      told: (promised) => [{
        minute: 360,
        ...(part === ABOVE && { page: share(promised) }),
        ticket: share(promised),
      }],
    };
  });
}

/** Three days at one rate. */
function days(): Scenario[] {
  return [ABOVE, BELOW].map((part) => {
    const share = (promised: Promised) => limitOf(promised, TICKET!) * part;
    return {
      name: part === ABOVE ? "three days that burn too fast" : "three days that do not",
      stepMinutes: 5,
      stretches: (promised) => [{ steps: 864, each: EACH, share: share(promised) }],
      told: (promised) => [{ minute: 4_320, ...(part === ABOVE && { ticket: share(promised) }) }],
    };
  });
}

/** All of them bad, and so few that they say nothing; then just as many as do. */
function quiet(): Scenario[] {
  return [44, 43].map((stepMinutes) => ({
    name: `one in ${stepMinutes} minutes, each of them bad`,
    stepMinutes,
    stretches: () => [{ steps: 110, each: 1, share: 1 }],
    told: () => [{ minute: 4_320, ...(stepMinutes === 43 && { ticket: 1 }) }],
  }));
}

function test({ name, stepMinutes, stretches, told }: Scenario) {
  return {
    name,
    interval: `${stepMinutes}m`,
    input_series: PROMISES.flatMap((promised) => series(promised, stretches(promised))),
    alert_rule_test: PROMISES.flatMap((promised) => told(promised).map((asked) => expected(promised, asked))),
  };
}

function expected(promised: Promised, { minute, ...shares }: Told) {
  const alerts = Object.entries(shares) as [Severity, number][];
  return {
    eval_time: `${minute}m`,
    alertname: promised.alert,
    exp_alerts: alerts.map(([severity, share]) => ({
      exp_labels: { severity },
      exp_annotations: annotations(promised, severity, percentage(share)),
    })),
  };
}

/** The counters of the promise as promtool writes them: where each stretch begins, what a step adds, and how often. */
function series(promised: Promised, stretches: readonly Stretch[]) {
  const steps = stretches.map(({ each, share }) => {
    const broke = Math.round(each * share);
    return promised.counters(each - broke, broke);
  });
  return Object.keys(steps[0]!).map((name) => {
    let total = 0;
    const values = stretches.map((stretch, i) => {
      const step = steps[i]![name]!;
      // Each stretch begins with the step that follows the one before.
      const first = i === 0 ? 0 : total + step;
      const times = i === 0 ? stretch.steps : stretch.steps - 1;
      total = first + step * times;
      return `${first}+${step}x${times}`;
    });
    return { series: labelled(name), values: values.join(" ") };
  });
}

function labelled(name: string): string {
  return name.endsWith("}") ? `${name.slice(0, -1)}, ${INSTANCE}}` : `${name}{${INSTANCE}}`;
}

/** As `humanizePercentage` writes it. */
function percentage(share: number): string {
  return `${Number((share * 100).toPrecision(4))}%`;
}
