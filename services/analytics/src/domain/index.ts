export { archiveUnitFor } from './archive-unit.ts';
export * from './machine.ts';
export { RollCall } from './roll-call.ts';
export type { ShardRows, ShardWord } from './shard-rows.ts';
