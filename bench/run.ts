/** `deno task bench <name>`: runs `bench/<name>/run.ts` with the rest of the arguments; without a name, lists them. */
const names = [...Deno.readDirSync(import.meta.dirname!)].filter((entry) =>
  entry.isDirectory && entry.name !== "common"
)
  .map((entry) => entry.name)
  .sort();
const [name, ...args] = Deno.args;

if (name === undefined || !names.includes(name)) {
  if (name !== undefined) {
    console.error(`Cannot run benchmark "${name}": there is none of this name`);
  }
  console.log(
    `deno task bench <name> [flags]\n\n${names.map((known) => `  ${known}`).join("\n")}`,
  );
  Deno.exit(name === undefined ? 0 : 2);
}
const { main } = await import(`./${name}/run.ts`) as {
  main(args: string[]): Promise<number>;
};
Deno.exit(await main(args));
