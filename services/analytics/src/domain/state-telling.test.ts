import {
  ContractError,
  codecs,
  decodeFact,
  encodeFact,
  StateTelling,
  type StateWord,
  typeOf,
} from '@algo/contracts';
import {
  type AnalyticsSink,
  InstrumentAnalytics,
  USUAL_FEATURES,
  USUAL_SETTINGS,
} from '@algo/market-analytics';
import {
  IntoSteps,
  instrumentId,
  type MarketState,
  type MarketStateChanged,
  type MarketStateUpdated,
  NUMBERED_FEATURES,
  RULE_SETS,
  ToldStates,
  type TradeColumns,
  zoneColumns,
} from '@algo/model';
import { describe, expect, test } from 'vitest';

const LTC = instrumentId('binance.spot.LTCUSDT');
const SETTINGS = {
  ...{ instrument: LTC, priceTick: 0.01, quantityStep: 0.001 },
  ...{ ...USUAL_SETTINGS, rules: RULE_SETS },
};
const TRADES = 2_500;

/** A walk with runs, jumps and silences of minutes: zones and gaps come and go. */
function trades(): TradeColumns {
  let seed = 7;
  const next = () => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
    return seed / 0x7fffffff;
  };
  const row = () => ({ timeUs: 0, price: 0, quantity: 0, side: 0 });
  const rows = Array.from({ length: TRADES }, row);
  let [timeUs, ticks] = [1_750_507_470_000_000, 8_000];
  for (const each of rows) {
    timeUs += Math.floor(next() ** 3 * 4_000) * 1_000 + (next() < 0.003 ? 150_000_000 : 0);
    ticks += Math.round((next() - 0.5) * (next() < 0.02 ? 60 : 4));
    Object.assign(each, { timeUs, price: ticks / 100, quantity: Math.ceil(next() ** 4 * 9_000) / 1_000 });
    each.side = next() < 0.5 ? 0 : 1;
  }
  const of = (pick: (each: ReturnType<typeof row>) => number) => Float64Array.from(rows, pick);
  return {
    ...{ instrument: LTC, count: TRADES, side: Uint8Array.from(rows, ({ side }) => side) },
    ...{ timeUs: of(({ timeUs: us }) => us), price: of(({ price }) => price) },
    ...{ quantity: of(({ quantity }) => quantity) },
    ids: { kind: 'counted', values: Float64Array.from(rows, (_, i) => i + 1) },
  };
}

/** All states of the tape, worked out, and how those in hand are told. */
const states: MarketState[] = [];
const toldInHand: StateWord[] = [];
const engine = new InstrumentAnalytics(SETTINGS);
const tellingInHand = new StateTelling();
const sink = new Proxy({} as AnalyticsSink, {
  get: (_, name) => () => {
    if (name !== 'onStateDue') return;
    toldInHand.push(tellingInHand.tell(engine.stateInHand()));
    states.push(engine.state());
  },
});
engine.onTrades(trades(), true, sink);

/** Returns a word as a reader has it: by wire. */
function sent(word: StateWord): StateWord {
  return decodeFact(typeOf(word.name), encodeFact(word.name, word.body)) as StateWord;
}

function heard(kept: ToldStates, { name, body }: StateWord): MarketState | null {
  return name === 'MarketStateChanged' ? kept.after(body) : kept.whole(body);
}

/** Returns how all states are told by one teller after another, each from what the one before saved. */
function told(restoreEvery = Number.POSITIVE_INFINITY): StateWord[] {
  let telling = new StateTelling();
  return states.map((state, i) => {
    if (i % restoreEvery === restoreEvery - 1) telling = new StateTelling(telling.saved());
    return sent(telling.tell(state));
  });
}

describe('states told by what changed', () => {
  const words = told();

  test('are each the same for a reader as told whole', () => {
    const kept = new ToldStates();
    const whole = (state: MarketState): unknown =>
      sent({ name: 'MarketStateUpdated', body: { state, changesFollow: true } }).body;
    expect(states.length).toBeGreaterThan(1_000);
    for (const [i, word] of words.entries()) {
      const state = heard(kept, word);
      expect({ state, changesFollow: true }).toEqual(whole(states[i]!));
    }
  });

  test('come back bit for bit also where numbers of them are no whole steps, or later than they are', () => {
    const off = (value: number) => value + 1 / 3e6;
    const state = states.findLast(({ structures }) => structures[0]!.gaps.length > 0)!;
    const structures = state.structures.map((structure) => ({
      ...structure,
      zones: structure.zones.map((zone) => ({ ...zone, low: off(zone.low), lastTestedUs: state.timeUs + 1 })),
      gaps: structure.gaps.map((gap) => ({ ...gap, high: -gap.high, createdUs: state.timeUs + 7 })),
    }));
    const flow = state.flow.map((window) => ({ ...window, sellVolume: off(window.sellVolume) }));
    const bars = state.bars.map((reading) => ({ ...reading, last: { ...reading.last!, close: 1e300 } }));
    const features = state.features.with(0, 'ema_21').with(1, 'other');
    const body = { state: { ...state, price: off(state.price), flow, bars, structures, features } };
    const word: StateWord = { name: 'MarketStateUpdated', body: { ...body, changesFollow: true } };
    expect(sent(word).body).toEqual(word.body);
  });

  test('have the very bytes that the tables of the contract write, read before or not', () => {
    const { encode } = codecs.MarketStateChanged;
    const changes = toldInHand.filter((word) => word.name === 'MarketStateChanged');
    expect(changes.length).toBeGreaterThan(1_000);
    for (const { name, body } of changes) {
      const bytes = encodeFact(name, body);
      const { instrument, timeUs, number, priceSteps, complete, trades, cvd, flow } = body;
      const head = { instrument, timeUs, number, priceSteps, complete, trades, cvd, flow };
      const { microstructure, bars, structures } = body;
      expect(Buffer.compare(bytes, encode({ ...head, microstructure, bars, structures }))).toBe(0);
    }
  });

  test('are refused where a number is none, by the name of the message', () => {
    const [first, second] = states;
    const telling = new StateTelling();
    telling.tell(first!);
    expect(() => telling.tell({ ...second!, cvd: Number.NaN })).toThrow(ContractError);
    expect(() => telling.tell({ ...second!, trades: 0.5 })).toThrow(/MarketStateChanged/);
  });

  test('name each feature that is usual by a number', () => {
    expect([...NUMBERED_FEATURES].sort()).toEqual([...USUAL_FEATURES].sort());
  });

  test('are a third of the bytes at most, and whole in each minute', () => {
    const bytes = words.map(({ name, body }) => encodeFact(name, body).length);
    const whole = bytes.filter((_, i) => words[i]!.name === 'MarketStateUpdated');
    const minutes = new Set(states.map(({ timeUs }) => Math.floor(timeUs / 60_000_000)));
    const mean = (of: readonly number[]) => of.reduce((sum, each) => sum + each, 0) / of.length;
    expect(whole.length).toBeGreaterThanOrEqual(minutes.size);
    expect(mean(bytes)).toBeLessThan(mean(whole) / 3);
  });

  test('are the same words of states in hand, also when all is over', () => {
    expect(toldInHand.map(sent)).toEqual(words);
  });

  test('are the same words after any restore', () => {
    expect(told(3)).toEqual(words);
  });

  test('are heard by a reader that begins again as by one that goes on', () => {
    let kept = new ToldStates();
    const usual = new ToldStates();
    for (const word of words) {
      kept = new ToldStates(JSON.parse(JSON.stringify(kept.entries())));
      expect(heard(kept, word)).toEqual(heard(usual, word));
    }
  });

  test('are unknown to a reader that misses one, until one is told whole', () => {
    const changed = (at: number) => words[at]!.name === 'MarketStateChanged';
    const missed = words.findIndex((_, i) => [i, i + 1, i + 2].every(changed));
    const kept = new ToldStates();
    const heardBy = words.map((word, i) => (i === missed ? null : heard(kept, word)));
    expect(heardBy[missed - 1]).not.toBeNull();
    let next = missed + 1;
    for (; changed(next); next++) expect(heardBy[next]).toBeNull();
    expect(heardBy[next]).not.toBeNull();
    expect(heardBy[next + 1]).not.toBeNull();
  });

  test('that fit no state before are no state', () => {
    const at = words.findIndex(({ name }, i) => i > 0 && name === 'MarketStateChanged');
    const zones = { places: [1_000_000], fresh: zoneColumns([], new IntoSteps(states[at]!)) };
    const structures = [{ rules: 'classic', zones, gaps: null, volumes: [], profiles: [] }] as const;
    const kept = new ToldStates();
    kept.whole(
      words.slice(0, at).findLast(({ name }) => name === 'MarketStateUpdated')!.body as MarketStateUpdated,
    );
    expect(kept.after({ ...(words[at]!.body as MarketStateChanged), number: 1, structures })).toBeNull();
  });
});
