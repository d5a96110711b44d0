import type { InstrumentId } from './ids.ts';
import { instrumentToken } from './instrument.ts';
import { onceForEach } from './once-for-each.ts';

/**
 * How many virtual shards there are, for ever: a subject
 * carries the number, so changing it would move history.
 */
export const VIRTUAL_SHARDS = 64;

/**
 * Returns the virtual shard of an instrument: FNV-1a (32 bit) of its id as subjects have it, modulo 64.
 * *Source*: ADR 2.
 */
export const virtualShard = onceForEach((id: InstrumentId): number => {
  const token = instrumentToken(id);
  let hash = 0x811c9dc5;
  for (let i = 0; i < token.length; i++) hash = Math.imul(hash ^ token.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % VIRTUAL_SHARDS;
});

/** Returns the virtual shards that process `ordinal` of `count` owns: those congruent to its ordinal. */
export function ownedShards(ordinal: number, count: number): number[] {
  const owned: number[] = [];
  for (let shard = ordinal; shard < VIRTUAL_SHARDS; shard += count) owned.push(shard);
  return owned;
}
