import sharp, { type Sharp } from "sharp";

/** Small pictures without anything on them, one of each form. */
export async function plainPng(): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await plain().png().toBuffer());
}

export async function plainJpeg(): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await plain().jpeg().toBuffer());
}

export async function plainGif(): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await plain().gif().toBuffer());
}

export async function plainWebp(): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await plain().webp().toBuffer());
}

/** One colour, `side` by `side`: small as a file, three bytes a pixel when it is opened. */
export async function bombPng(side: number): Promise<Uint8Array<ArrayBuffer>> {
  const create = { width: side, height: side, channels: 3, background: "#336699" } as const;
  return new Uint8Array(
    await sharp({ create, limitInputPixels: false }).png({ compressionLevel: 9 }).toBuffer(),
  );
}

function plain(): Sharp {
  return sharp({ create: { width: 320, height: 200, channels: 3, background: "#88aacc" } });
}
