/** A picture of one channel: `width * height` bytes row by row, 0 black, 255 white. */
export interface GreyPicture {
  pixels: Uint8Array;
  width: number;
  height: number;
}
