import { gzipSync } from "node:zlib";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

export interface ClientBundle {
  readonly text: string;
  readonly gzipBytes: number;
}

/**
 * The browser client as one file without imports, for pages that are not ours: an ES module, or a script that puts it
 * into a global of this name.
 */
export async function bundleClient(globalName?: string): Promise<ClientBundle> {
  try {
    const { outputFiles: [file] } = await esbuild.build({
      absWorkingDir: ROOT,
      entryPoints: ["lib/client/mod.ts"],
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
