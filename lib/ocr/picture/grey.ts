/** A picture of one channel: `width * height` bytes row by row, 0 black, 255 white. */
export interface GreyPicture {
  pixels: Uint8Array;
  width: number;
  height: number;
}

/** Clockwise, in quarters of a full turn. */
export type Quarters = 0 | 1 | 2 | 3;

/** The picture turned clockwise; the same object where there is nothing to turn. */
export function turn(picture: GreyPicture, quarters: Quarters): GreyPicture {
  if (quarters === 0) return picture;
  const { pixels, width, height } = picture;
  const turned = new Uint8Array(pixels.length);
  if (quarters === 2) {
    for (let i = 0, last = pixels.length - 1; i <= last; i++) turned[last - i] = pixels[i]!;
    return { pixels: turned, width, height };
  }
  for (let y = 0; y < height; y++) {
    const row = y * width;
    for (let x = 0; x < width; x++) {
      const to = quarters === 1 ? x * height + height - 1 - y : (width - 1 - x) * height + y;
      turned[to] = pixels[row + x]!;
    }
  }
  return { pixels: turned, width: height, height: width };
}

/** Smaller by a whole factor, each pixel the mean of a square of `factor * factor`. */
export function shrink(picture: GreyPicture, factor: number): GreyPicture {
  if (factor <= 1) return picture;
  const width = Math.floor(picture.width / factor), height = Math.floor(picture.height / factor);
  const pixels = new Uint8Array(width * height);
  const sums = new Uint32Array(width);
  const area = factor * factor;
  for (let y = 0; y < height; y++) {
    sums.fill(0);
    for (let dy = 0; dy < factor; dy++) {
      let from = (y * factor + dy) * picture.width;
      for (let x = 0; x < width; x++) {
        for (let dx = 0; dx < factor; dx++) sums[x] = sums[x]! + picture.pixels[from++]!;
      }
    }
    for (let x = 0; x < width; x++) pixels[y * width + x] = sums[x]! / area;
  }
  return { pixels, width, height };
}

/** The grey level between pixels; beyond an edge, that of the edge. */
export function levelAt({ pixels, width, height }: GreyPicture, x: number, y: number): number {
  const px = Math.min(width - 1, Math.max(0, x)), py = Math.min(height - 1, Math.max(0, y));
  const left = Math.floor(px), top = Math.floor(py);
  const right = Math.min(width - 1, left + 1), bottom = Math.min(height - 1, top + 1);
  const fx = px - left, fy = py - top;
  const above = pixels[top * width + left]! * (1 - fx) + pixels[top * width + right]! * fx;
  const below = pixels[bottom * width + left]! * (1 - fx) + pixels[bottom * width + right]! * fx;
  return above * (1 - fy) + below * fy;
}
