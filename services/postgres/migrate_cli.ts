import { withSecrets } from "@/services/secret_files.ts";
import { migrateDown, migrateUp, migrationStatus } from "@/services/postgres/migrate.ts";

const USAGE = `Usage: deno task migrate up | down N | status

The database is MIGRATE_DATABASE_URL (the owner's login), else the embedded one of DATA_DIR while deno task start runs`;

if (import.meta.main) {
  try {
    await migrate(Deno.args, givenUrl() || await embeddedUrl());
  } catch (error) {
    console.error(error instanceof Error ? messageOf(error) : error);
    Deno.exit(1);
  }
}

/** The database is nobody else's secret: only what is wrong with its own variable counts. */
function givenUrl(): string | undefined {
  const { MIGRATE_DATABASE_URL = "", MIGRATE_DATABASE_URL_FILE = "" } = Deno.env.toObject();
  const whole = withSecrets({ MIGRATE_DATABASE_URL, MIGRATE_DATABASE_URL_FILE });
  if ("problems" in whole) throw new Error(whole.problems.join("\n"));
  return whole.env["MIGRATE_DATABASE_URL"];
}

async function migrate([command, count, ...rest]: readonly string[], url: string | undefined): Promise<void> {
  const known = command === "down" ? count !== undefined : count === undefined;
  if (!known || rest.length > 0) throw new Error(USAGE);
  if (url === undefined) {
    throw new Error(
      "Cannot migrate: MIGRATE_DATABASE_URL (the owner's login) is not set, and DATA_DIR knows no embedded database",
    );
  }
  if (command === "up") {
    const ran = await migrateUp(url, console.log);
    console.log(ran === 0 ? "The schema is up to date" : `Ran ${ran} of the migrations`);
  } else if (command === "down") {
    console.log(`Took back ${await migrateDown(url, Number(count), console.log)} of the migrations`);
  } else if (command === "status") {
    for (const { id, name, appliedAt } of await migrationStatus(url)) {
      console.log(`${id}_${name}  ${appliedAt ?? "not run"}`);
    }
  } else {
    throw new Error(USAGE);
  }
}

/** A refused connection comes as an AggregateError without a message of its own. */
function messageOf(error: Error): string {
  const code = "code" in error ? ` (${error.code})` : "";
  return error.message === "" ? `Cannot reach the database${code}` : error.message;
}

/** The owner's login of the embedded database, as its launcher left it. */
async function embeddedUrl(): Promise<string | undefined> {
  try {
    return (await Deno.readTextFile(`${Deno.env.get("DATA_DIR") || ".data"}/owner_url`)).trim();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
