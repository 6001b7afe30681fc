/** An IP address as a number, with the bits of its family. */
export interface Address {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

/** Addresses that begin with the same bits. */
export interface Range extends Address {
  readonly prefix: number;
}

/** Of an IPv6 address the network: its owner has all the addresses in it. */
const CLIENT_PREFIX_BITS = 64;
const ADDRESS_CHARS_MAX = 45;
/** `::ffff:0:0/96`, in which IPv6 writes an IPv4 address. */
const MAPPED = 0xffffn;

/** Reads an IPv4 or IPv6 address; undefined where it is none. One of IPv4 that is written in IPv6 is one of IPv4. */
export function parseAddress(text: string): Address | undefined {
  if (text.length > ADDRESS_CHARS_MAX) return undefined;
  if (!text.includes(":")) return parseV4(text);
  const value = parseV6(text);
  if (value === undefined) return undefined;
  return value >> 32n === MAPPED ? { bits: 32, value: value & 0xffffffffn } : { bits: 128, value };
}

/** Reads `10.0.0.0/8`, or one address. */
export function parseRange(text: string): Range | undefined {
  const [first = "", length, more] = text.split("/");
  const address = parseAddress(first);
  if (address === undefined || more !== undefined) return undefined;
  if (length === undefined) return { ...address, prefix: address.bits };
  const prefix = /^[0-9]{1,3}$/.test(length) ? Number(length) : NaN;
  return prefix <= address.bits ? { ...address, prefix } : undefined;
}

export function isWithin({ bits, value }: Address, ranges: readonly Range[]): boolean {
  return ranges.some((range) => {
    const rest = BigInt(bits - range.prefix);
    return range.bits === bits && value >> rest === range.value >> rest;
  });
}

/** What one client is counted under. */
export function clientKey({ bits, value }: Address): string {
  if (bits === 32) {
    return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join(".");
  }
  return `${(value >> BigInt(bits - CLIENT_PREFIX_BITS)).toString(16)}/${CLIENT_PREFIX_BITS}`;
}

/**
 * Whose request this is: the address that it comes from, unless that is a proxy of ours (`trusted`). Then it is what the
 * last of them says in X-Forwarded-For: each appends whom it was asked by, so the list is read from its end, and what
 * stands before the first that is no proxy of ours was said by somebody else.
 */
export function clientAddress(
  peer: string,
  forwardedFor: string | null,
  trusted: readonly Range[],
): Address | undefined {
  let client = parseAddress(peer);
  const hops = (forwardedFor ?? "").split(",").slice(-HOPS_MAX).reverse();
  for (const hop of hops) {
    if (client === undefined || !isWithin(client, trusted)) break;
    const next = parseAddress(hop.trim());
    if (next === undefined) break;
    client = next;
  }
  return client;
}

const HOPS_MAX = 16;

function parseV4(text: string): Address | undefined {
  const parts = text.split(".");
  if (
    parts.length !== 4 || !parts.every((part) => /^(0|[1-9][0-9]{0,2})$/.test(part) && Number(part) < 256)
  ) {
    return undefined;
  }
  return { bits: 32, value: parts.reduce((value, part) => value << 8n | BigInt(part), 0n) };
}

function parseV6(text: string): bigint | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map(groupsOf);
  if (head === undefined) return undefined;
  if (halves.length === 1) return head.length === 8 ? valueOf(head) : undefined;
  if (tail === undefined || head.length + tail.length > 7) return undefined;
  return valueOf([...head, ...Array(8 - head.length - tail.length).fill(0n), ...tail]);
}

/** Groups of 16 bits; the last two may be written as an IPv4 address. */
function groupsOf(text: string): bigint[] | undefined {
  if (text === "") return [];
  const parts = text.split(":");
  const groups: bigint[] = [];
  for (const [i, part] of parts.entries()) {
    const v4 = i === parts.length - 1 && part.includes(".") ? parseV4(part) : undefined;
    if (v4 !== undefined) groups.push(v4.value >> 16n, v4.value & 0xffffn);
    else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(BigInt(`0x${part}`));
    else return undefined;
  }
  return groups;
}

function valueOf(groups: readonly bigint[]): bigint {
  return groups.reduce((value, group) => value << 16n | group, 0n);
}
