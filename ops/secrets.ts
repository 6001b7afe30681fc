// Makes the secrets that compose.yaml names, each in a file, with random values. What is there already stays.
import { fileURLToPath } from "node:url";

const DIR = fileURLToPath(new URL("../secrets", import.meta.url));
const BYTES = 32;

/** What is to be in each file. The same password in two of them is the same. */
export function secretTexts(random: () => string): Record<string, string> {
  const [owner, app, natsApp, natsWorker] = [random(), random(), random(), random()];
  const servers = (login: string) => [1, 2, 3].map((n) => `nats://${login}@nats-${n}:4222`).join(",");
  const nats = {
    APP_PASSWORD: natsApp,
    WORKER_PASSWORD: natsWorker,
    PUBLISHER_1_PASSWORD: random(),
    ADMIN_PASSWORD: random(),
    SYSTEM_PASSWORD: random(),
    ROUTE_PASSWORD: random(),
  };
  return {
    postgres_password: random(),
    owner_password: owner,
    app_password: app,
    migrate_database_url: `postgres://innstream_owner:${owner}@postgres:5432/innstream`,
    database_url: `postgres://innstream_app:${app}@postgres:5432/innstream`,
    nats_app_url: servers(`app:${natsApp}`),
    nats_worker_url: servers(`worker:${natsWorker}`),
    nats_passwords: Object.entries(nats).map(([name, value]) => `${name}: "${value}"\n`).join(""),
    jwt_secret: random(),
    grafana_password: random(),
  };
}

/** Writes those that are missing; all of them, or none where some are there, since they belong together. */
function main(): number {
  const texts = secretTexts(() => crypto.getRandomValues(new Uint8Array(BYTES)).toHex());
  Deno.mkdirSync(DIR, { recursive: true });
  const present = [...Deno.readDirSync(DIR)].map(({ name }) => name).filter((name) => name in texts);
  const missing = Object.keys(texts).filter((name) => !present.includes(name));
  if (missing.length === 0) {
    console.log(`${DIR} has all of them`);
    return 0;
  }
  if (present.length > 0) {
    console.error(`${DIR} has ${present.join(", ")} and not ${missing.join(", ")}: add these, or remove all`);
    return 1;
  }
  // Nobody else may enter; the users of the containers, who are given single files, may read those.
  Deno.chmodSync(DIR, 0o700);
  for (const [name, text] of Object.entries(texts)) {
    Deno.writeTextFileSync(`${DIR}/${name}`, text, { mode: 0o644, createNew: true });
  }
  console.log(`${DIR} has ${missing.length} new secrets`);
  return 0;
}

if (import.meta.main) Deno.exit(main());
