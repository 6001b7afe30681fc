import assert from "node:assert/strict";
import { readConfig } from "@/services/config.ts";
import { launchOptions } from "@/services/embedded/options.ts";

const GOOD = {
  DATABASE_URL: "postgres://app:pw@127.0.0.1:5432/innstream",
  NATS_URL: "nats://127.0.0.1:4222",
  JWT_SECRET: "0123456789abcdef0123456789abcdef",
};

Deno.test("config - what is needed is enough, the rest has defaults", () => {
  const config = readConfig(GOOD);
  assert.ok(!("problems" in config));
  assert.deepEqual([config.host, config.port, config.demo, config.feedConsumer], [
    "127.0.0.1",
    4000,
    false,
    "org",
  ]);
});

Deno.test("config - every wrong value is told at once, one line each, and no password is repeated", () => {
  const config = readConfig({
    PORT: "70000",
    DATABASE_URL: "mysql://root:hunter2@db/x",
    JWT_SECRET: "short",
    JWKS_URL: "https://keys.example.com",
    PUBLIC_ORIGINS: "*, https://ok.example.com, https://bad.example.com/path",
    DEMO: "maybe",
    FEED_CONSUMER: "both",
    MAX_CONNECTIONS: "0",
  });
  assert.ok("problems" in config);
  const text = config.problems.join("\n");
  for (
    const name of [
      "PORT",
      "DATABASE_URL",
      "NATS_URL",
      "JWT_SECRET",
      "DEMO",
      "FEED_CONSUMER",
      "MAX_CONNECTIONS",
    ]
  ) {
    assert.match(text, new RegExp(name));
  }
  assert.match(text, /PUBLIC_ORIGINS holds "\*"/);
  assert.ok(!text.includes("hunter2"));
  for (const line of config.problems) assert.ok(!line.includes("\n"));
});

Deno.test("config - proxies are addresses and networks, or said to be none; what is not known is told apart", () => {
  const read = (value?: string) => {
    const config = readConfig({ ...GOOD, ...(value !== undefined && { TRUSTED_PROXIES: value }) });
    return "problems" in config ? config.problems : config.trustedProxies;
  };
  assert.equal(read(), undefined);
  assert.deepEqual(read("none"), []);
  assert.deepEqual(read("10.0.0.5, fd00::/8"), ["10.0.0.5", "fd00::/8"]);
  assert.match(String(read("10.0.0.5,*")), /TRUSTED_PROXIES holds "\*"/);
});

Deno.test("config - a token needs exactly one kind of key", () => {
  const none = readConfig({ ...GOOD, JWT_SECRET: "" });
  assert.ok("problems" in none && none.problems.some((line) => line.includes("JWKS_URL is missing")));
  const jwks = readConfig({ ...GOOD, JWT_SECRET: "", JWKS_URL: "https://keys.example.com/jwks.json" });
  assert.ok(!("problems" in jwks));
});

Deno.test("config - metrics are told where a port is named, and a free one is one as well", () => {
  const address = (env: Record<string, string>) => {
    const config = readConfig({ ...GOOD, ...env });
    return "problems" in config ? config.problems : [config.metricsHost, config.metricsPort];
  };
  assert.deepEqual(address({}), ["127.0.0.1", undefined]);
  assert.deepEqual(address({ METRICS_PORT: "0", METRICS_HOST: "0.0.0.0" }), ["0.0.0.0", 0]);
  assert.deepEqual(address({ METRICS_PORT: "65536" }).length, 1);
  const launched = (env: Record<string, string>) => {
    const options = launchOptions(env, "/anywhere");
    return "problems" in options ? options.problems.length : options.metricsPort;
  };
  assert.deepEqual(launched({}), { port: 9464, asked: false });
  assert.deepEqual(launched({ METRICS_PORT: "0" }), { port: 0, asked: true });
  assert.deepEqual(launched({ METRICS_PORT: "-1" }), 1);
});
