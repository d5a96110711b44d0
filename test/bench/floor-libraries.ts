// A floor talks to the libraries beneath ours. They are no dependencies of the tests: they are taken from the
// packages that have them, so that a floor never stands on another version than what is measured against it.
import { createRequire } from 'node:module';
import type { JetStreamBus } from '@algo/bus';

function load<Library>(owner: string, name: string): Library {
  const require = createRequire(new URL(`../../libs/${owner}/package.json`, import.meta.url));
  return require(name) as Library;
}

interface Vector {
  readonly items: Float64Array | BigInt64Array | Uint8Array;
  flush(): void;
}
interface Chunk {
  rowCount: number;
  reset(): void;
  getColumnVector(column: number): Vector;
}
interface Appender {
  appendDataChunk(chunk: Chunk): void;
  flushSync(): void;
  closeSync(): void;
}
interface Connection {
  run(sql: string): Promise<unknown>;
  createAppender(table: string): Promise<Appender>;
  closeSync(): void;
}
interface Instance {
  connect(): Promise<Connection>;
  closeSync(): void;
}
interface Duckdb {
  readonly DuckDBInstance: { create(path: string, options: Record<string, string>): Promise<Instance> };
  readonly DuckDBDataChunk: { create(types: readonly unknown[]): Chunk };
  readonly TIMESTAMP: unknown;
  readonly DOUBLE: unknown;
  readonly BIGINT: unknown;
  readonly ENUM: (values: readonly string[]) => unknown;
}

export type { Appender, Chunk, Connection, Instance };

export const duckdb = (): Duckdb => load('tickstore', '@duckdb/node-api');

type Publish = JetStreamBus['nats']['nc']['publish'];
/** Message headers as the client library has them. */
export type BareHeaders = NonNullable<NonNullable<Parameters<Publish>[2]>['headers']>;
export const bareHeaders = (): (() => BareHeaders) =>
  load<{ headers(): BareHeaders }>('bus', '@nats-io/transport-node').headers;

/** What protobufjs generated for TradeBatch. */
export interface GeneratedTradeBatch {
  encode(message: WireTradeBatch): { finish(): Uint8Array };
  decode(bytes: Uint8Array): WireTradeBatch;
}
/** 64 bits: an object where the reader has the library for them. */
export type Whole = number | { toNumber(): number };
export interface WireTradeBatch {
  instrument: string;
  receivedUs: Whole;
  complete: boolean;
  baseTimeUs: Whole;
  timeDeltaUs: ArrayLike<Whole>;
  price: ArrayLike<number>;
  quantity: ArrayLike<number>;
  side: Uint8Array;
  counted: { first: Whole; delta: ArrayLike<Whole> };
}
export const generatedTradeBatch = (): GeneratedTradeBatch =>
  load<{ algo: { v1: { TradeBatch: GeneratedTradeBatch } } }>('contracts', './src/generated/algo.v1.js').algo
    .v1.TradeBatch;
