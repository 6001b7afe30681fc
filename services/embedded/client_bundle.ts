import { gzipSync } from "node:zlib";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

export interface ClientBundle {
  readonly text: string;
  readonly gzipBytes: number;
}

/** What pages that are not ours can have, each by itself: who only uploads or only talks does not need the stream of events. */
export const CLIENT_ENTRIES = {
  client: "lib/client/mod.ts",
  uploads: "lib/upload/client/mod.ts",
  chat: "lib/chat/client/mod.ts",
} as const;

/**
 * The browser client, its uploads or its chat, as one file without imports, for pages that are not ours: an ES module, or a script
 * that puts it into a global of this name.
 */
export async function bundleClient(
  globalName?: string,
  entry: keyof typeof CLIENT_ENTRIES = "client",
): Promise<ClientBundle> {
  try {
    const { outputFiles: [file] } = await esbuild.build({
      absWorkingDir: ROOT,
      entryPoints: [CLIENT_ENTRIES[entry]],
      write: false,
      bundle: true,
      minify: true,
      platform: "browser",
      target: ["chrome99", "firefox99", "safari15"],
      alias: { "@/lib": "./lib" },
      tsconfigRaw: {},
      logLevel: "silent",
      ...(globalName === undefined ? { format: "esm" } : { format: "iife", globalName }),
    });
    const { text } = file!;
    return { text, gzipBytes: gzipSync(text).byteLength };
  } finally {
    await esbuild.stop();
  }
}
