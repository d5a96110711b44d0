import { codecs } from '@algo/contracts';
import { emptyTrades, instrumentId, sliceTrades, type TradeColumns } from '@algo/model';
import { type BenchOptions, type BenchResult, type Figure, type Pair, paired } from './figures.ts';
import { generatedTradeBatch, type Whole, type WireTradeBatch } from './floor-libraries.ts';
import { recordedTape, syntheticTape } from './tape.ts';

export const name = 'codec';
export const description =
  'TradeBatch, columns → bytes → columns: our codec beside the class that protobufjs generated, same wire';

const TRADES = 1_000_000;
const PAIRS = 5;
const BATCHES = [10, 50, 200];

const Wire = generatedTradeBatch();

export async function run({ scale, say }: BenchOptions): Promise<BenchResult> {
  const tape = recordedTape(1) ?? syntheticTape('binance.spot.LTCUSDT', 150_000, 5);
  const figures: Figure[] = [];
  const sizes: string[] = [];
  for (const batch of BATCHES) {
    const slices: TradeColumns[] = [];
    for (let from = 0; from + batch <= tape.trades.count; from += batch)
      slices.push(sliceTrades(tape.trades, from, from + batch));
    const rounds = Math.max(1, Math.round((TRADES * scale) / tape.trades.count));
    const encode: Pair[] = [];
    const decode: Pair[] = [];
    const bytes = slices.map(oursEncode);
    const same = bytes.every((ours, i) => Buffer.compare(ours, generatedEncode(slices[i]!)) === 0);
    for (let i = 0; i <= PAIRS; i++) {
      const one = {
        encode: {
          floor: rate(slices, batch, rounds, generatedEncode),
          ours: rate(slices, batch, rounds, oursEncode),
        },
        decode: {
          floor: rate(bytes, batch, rounds, generatedDecode),
          ours: rate(bytes, batch, rounds, codecs.TradeBatch.decode),
        },
      };
      if (i === 0) continue; // both sides compile
      encode.push(one.encode);
      decode.push(one.decode);
    }
    figures.push(
      paired(`encode, ${batch} a batch`, 'trades/s', encode),
      paired(`decode, ${batch} a batch`, 'trades/s', decode),
    );
    const perTrade = bytes.reduce((sum, one) => sum + one.length, 0) / (slices.length * batch);
    sizes.push(
      `${batch}: ${perTrade.toFixed(1)} B a trade, ${same ? 'byte for byte the same' : 'not the same bytes'}`,
    );
    say(`batches of ${batch} done`);
  }
  return {
    figures,
    notes: [
      `${tape.name}; floor = generated class with plain loops from and to columns, and none of the checks that ours makes`,
      sizes.join('; '),
    ],
  };
}

function rate<Input>(
  inputs: readonly Input[],
  batch: number,
  rounds: number,
  work: (input: Input) => unknown,
): number {
  const start = performance.now();
  for (let round = 0; round < rounds; round++) for (const input of inputs) work(input);
  return (inputs.length * batch * rounds * 1_000) / (performance.now() - start);
}

function oursEncode(trades: TradeColumns): Uint8Array {
  return codecs.TradeBatch.encode({ trades, receivedUs: 0, complete: true, origin: 'live', sides: 'told' });
}

function generatedEncode(trades: TradeColumns): Uint8Array {
  const ids = trades.ids.values as Float64Array;
  const side = new Uint8Array((trades.count + 7) >> 3);
  for (let i = 0; i < trades.count; i++) if (trades.side[i] === 1) side[i >> 3]! |= 1 << (i & 7);
  const message: WireTradeBatch = {
    instrument: trades.instrument,
    receivedUs: 0,
    complete: true,
    baseTimeUs: trades.timeUs[0]!,
    timeDeltaUs: rises(trades.timeUs),
    price: trades.price,
    quantity: trades.quantity,
    side,
    counted: { first: ids[0]!, delta: rises(ids) },
  };
  return Wire.encode(message).finish();
}

function generatedDecode(bytes: Uint8Array): TradeColumns {
  const wire = Wire.decode(bytes);
  const count = wire.price.length;
  const trades = emptyTrades(instrumentId(wire.instrument), count);
  sums(trades.timeUs, number(wire.baseTimeUs), wire.timeDeltaUs);
  sums(trades.ids.values as Float64Array, number(wire.counted.first), wire.counted.delta);
  for (let i = 0; i < count; i++) {
    trades.price[i] = wire.price[i]!;
    trades.quantity[i] = wire.quantity[i]!;
    trades.side[i] = (wire.side[i >> 3]! >> (i & 7)) & 1;
  }
  return trades;
}

function rises(values: Float64Array): number[] {
  const steps = new Array<number>(values.length);
  for (let i = 0, last = values[0]!; i < values.length; i++) {
    steps[i] = values[i]! - last;
    last = values[i]!;
  }
  return steps;
}

function sums(into: Float64Array, first: number, steps: ArrayLike<Whole>): void {
  for (let i = 0, value = first; i < into.length; i++) {
    value += number(steps[i]!);
    into[i] = value;
  }
}

/** 64-bit fields are objects where the reader has the library for them. */
function number(value: Whole): number {
  return typeof value === 'number' ? value : value.toNumber();
}
