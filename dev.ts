import { Builder } from "fresh/dev";

const builder = new Builder({ root: import.meta.dirname! });

if (Deno.args.includes("build")) {
  await builder.build();
} else if (Deno.args.includes("client")) {
  const { bundleClient } = await import("@/services/embedded/client_bundle.ts");
  await Deno.mkdir(builder.config.outDir, { recursive: true });
  for (const entry of ["client", "uploads", "chat"] as const) {
    const { text, gzipBytes } = await bundleClient(undefined, entry);
    const file = `${builder.config.outDir}/innstream_${entry}.js`;
    await Deno.writeTextFile(file, text);
    console.log(`Bundled the browser client to ${file}: ${(gzipBytes / 1000).toFixed(1)} kB gzip`);
  }
} else {
  const { log } = await import("@/services/log.ts");
  const { readConfig } = await import("@/services/config.ts");
  const { startServices } = await import("@/services/services.ts");
  const config = readConfig(Deno.env.toObject());
  if ("problems" in config) {
    for (const problem of config.problems) console.error(problem);
    Deno.exit(2);
  }
  const services = await startServices(config, log);
  if (Deno.env.get("INNSTREAM_PARENT") === "1") {
    const { endWithParent } = await import("@/services/embedded/parent.ts");
    endWithParent(() => Deno.exit(0));
  }
  const main = await import("@/main.ts");
  main.provide(services);
  await builder.listen(() => Promise.resolve(main.app), { hostname: config.host, port: config.port });
}
