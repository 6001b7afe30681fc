/** How far a client has come: everything up to `seq` in the stream of `epoch` was received. */
export interface Position {
  readonly seq: number;
  /** null: not known yet. */
  readonly epoch: string | null;
}

/** Nothing received yet. 0 of a known epoch is another thing: the place before the first event of that stream. */
export const NOWHERE: Position = { seq: 0, epoch: null };

/** An ack tells a position and the epoch that it counts in. */
export function afterAck(position: Position, ack: { seq: number; epoch: string }): Position {
  const same = position.epoch === null || position.epoch === ack.epoch;
  return { seq: same ? Math.max(position.seq, ack.seq) : ack.seq, epoch: ack.epoch };
}

/** Events and pings move the position on, never back. */
export function advance(position: Position, seq: number): Position {
  return seq > position.seq ? { ...position, seq } : position;
}

/** A reset puts the position where the server says, also back. */
export function afterReset({ seq, epoch }: { seq: number; epoch: string }): Position {
  return { seq, epoch };
}

/** Did something get lost before this frame? `prevSeq` is the event before its first one, 0 where that is not known. */
export function isGap(position: Position, prevSeq: number): boolean {
  return prevSeq > position.seq;
}
