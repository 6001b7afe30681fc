/** The rollout is cut this finely: a hundredth of a percent. */
const BUCKETS = 10_000;
const PER_PERCENT = BUCKETS / 100;
/** What organisations are hashed with: another rollout would pick others first. */
const ROLLOUT_SEED = "REALTIME_STREAMING_V2";
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/**
 * FNV-1a of 32 bits over ASCII text, with the end mix of MurmurHash3: FNV alone hardly carries a change of the last
 * character into the high bits, and ids that follow each other differ in nothing else.
 */
function hash(text: string): number {
  let h = FNV_OFFSET;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), FNV_PRIME);
  h = Math.imul(h ^ h >>> 16, 0x85ebca6b);
  h = Math.imul(h ^ h >>> 13, 0xc2b2ae35);
  return (h ^ h >>> 16) >>> 0;
}

/** Where an organisation stands in the rollout, from 0 to 9,999; the same for ever and on every instance. */
export function bucketOf(orgId: number): number {
  return hash(`${orgId}.${ROLLOUT_SEED}`) % BUCKETS;
}

/** Is this organisation among the first `percent` (0 to 100, two decimals)? Raising it only adds organisations. */
export function inRollout(orgId: number, percent: number): boolean {
  // Rounded: 0.29 * 100 is a little less than 29.
  return bucketOf(orgId) < Math.round(percent * PER_PERCENT);
}

/** How many of these organisations are in at 0, 1, ... 100 percent. */
export function sharesOf(orgIds: readonly number[]): number[] {
  const added = new Array<number>(101).fill(0);
  for (const orgId of orgIds) added[Math.floor(bucketOf(orgId) / PER_PERCENT) + 1]! += 1;
  let sum = 0;
  return added.map((count) => sum += count);
}
