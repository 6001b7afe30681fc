import { parseId } from "@/lib/protocol/subjects.ts";

export type Order = "asc" | "desc";

/** Where a list goes on: after this id, in this order, of this resource. */
export interface Cursor {
  readonly key: string;
  readonly order: Order;
  readonly id: number;
}

const FORM = 1;

/** Opaque text for clients to hand back. */
export function encodeCursor({ key, order, id }: Cursor): string {
  const bytes = new TextEncoder().encode(`${FORM} ${key} ${order} ${id}`);
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

/** The id to go on after; undefined where the text is no cursor of this resource and order. */
export function decodeCursor(text: string, key: string, order: Order): number | undefined {
  let decoded: string;
  try {
    decoded = new TextDecoder().decode(Uint8Array.fromBase64(text, { alphabet: "base64url" }));
  } catch {
    return undefined;
  }
  const start = `${FORM} ${key} ${order} `;
  return decoded.startsWith(start) ? parseId(decoded.slice(start.length)) : undefined;
}
