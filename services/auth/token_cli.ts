import { parseArgs } from "node:util";
import { ROLES } from "@/lib/auth/principal.ts";
import { principalOf } from "@/lib/auth/principal.ts";
import { knownSecret, signingConfig } from "@/services/auth/known_secret.ts";
import { Tokens } from "@/services/auth/tokens.ts";

const HELP = `Prints a token for trying things, signed with JWT_SECRET (or the one that DATA_DIR keeps).

  deno task token [--org 1] [--role manager] [--property 1,2] [--user u1] [--name NAME] [--service finance,tasks]
                  [--hours 12]

  --role      one of ${ROLES.join(", ")}
  --property  property ids; without it all (none for staff)
  --service   only these services
  --hours     how long the token lives, 0.01 to 720`;

const HOURS_MAX = 720;

const { values } = parseArgs({
  args: Deno.args,
  options: {
    org: { type: "string", default: "1" },
    role: { type: "string", default: "manager" },
    property: { type: "string" },
    user: { type: "string", default: "try" },
    name: { type: "string" },
    service: { type: "string" },
    hours: { type: "string", default: "12" },
    help: { type: "boolean", default: false },
  },
});

if (values.help) {
  console.log(HELP);
  Deno.exit(0);
}

const hours = Number(values.hours);
if (!(hours > 0 && hours <= HOURS_MAX)) {
  fail(`--hours is "${values.hours}": a number up to ${HOURS_MAX} is needed`);
}
const claims = {
  sub: values.user,
  orgId: Number(values.org),
  role: values.role,
  ...(values.name !== undefined && { name: values.name }),
  ...(values.property !== undefined && {
    properties: values.property === "*" ? "*" : values.property.split(",").map(Number),
  }),
  ...(values.service !== undefined && { services: values.service.split(",") }),
};
const checked = principalOf({ ...claims, exp: Date.now() / 1000 + hours * 3600 });
if (typeof checked === "string") fail(checked);
const known = await knownSecret();
if ("missing" in known) fail(known.missing);
const tokens = new Tokens(signingConfig(known.secret));
console.log(await tokens.sign(claims, Math.round(hours * 3600)));

function fail(message: string): never {
  console.error(`${message}\n\n${HELP}`);
  Deno.exit(2);
}
