import { Tokens } from "@/services/auth/tokens.ts";
import { startCluster } from "@/services/cluster/cluster.ts";
import type { Cluster } from "@/services/cluster/members.ts";
import { seedDemo } from "@/services/demo/seed.ts";
import { tempDir } from "./dirs.ts";

export interface TestCluster extends Cluster {
  /** Of the proxy, as `ws://`. */
  readonly wsUrl: string;
  /** A token; by default a manager of organisation 1 with all its properties. */
  token(claims?: Record<string, unknown>): Promise<string>;
  /** What a process wrote, in lines: `app-1`, `nats-2`, `worker`. */
  log(name: string): string[];
}

/** A cluster of the test's own, with the demo organisations, in which nobody has said anything yet. */
export async function testCluster(): Promise<TestCluster> {
  const dir = tempDir("innstream-cluster-");
  const cluster = await startCluster({
    dataDir: dir.path,
    isTemporary: true,
    seed: (ownerUrl) => seedDemo(ownerUrl, { talk: false }),
    log: () => {},
  });
  const { jwtSecret } = cluster;
  const tokens = new Tokens({ jwtSecret, jwksUrl: undefined, jwtIssuer: undefined, jwtAudience: undefined });
  return Object.assign(cluster, {
    wsUrl: cluster.url.replace("http", "ws"),
    token: (claims: Record<string, unknown> = {}) =>
      tokens.sign({ sub: "u1", orgId: 1, role: "manager", name: "Test", ...claims }, 3600),
    log: (name: string) => Deno.readTextFileSync(`${dir.path}/${name}.log`).split("\n").filter(Boolean),
  });
}
