export * from './machine.ts';
export type { ShardRows, ShardWord } from './shard-rows.ts';
