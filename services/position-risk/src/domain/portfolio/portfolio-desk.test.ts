import { type Candle, type InstrumentId, US_PER_MINUTE } from '@algo/model';
import { describe, expect, test } from 'vitest';
import { at, BTC, d, ETH, PLAN, Scenario, SETTINGS, T0 } from '../testing/position-risk-scenario.ts';
import { namedRules, OWNER_RULES, type PortfolioRules } from './portfolio-rules.ts';

const ONLY = (name: keyof PortfolioRules): PortfolioRules => {
  const off = { health: false, leaders: false, dump: false, [name]: true };
  const { health, leaders, dump } = OWNER_RULES;
  return {
    health: { ...health, enabled: off.health },
    leaders: { ...leaders, enabled: off.leaders, returnsMin: 10 },
    dump: { ...dump, enabled: off.dump },
  };
};

/** A story in which one of the rules holds. */
function storyOf(name: keyof PortfolioRules, settings = SETTINGS): Scenario {
  const story = new Scenario(settings);
  story.give({ type: 'RulesChosen', ...namedRules(ONLY(name)) });
  return story;
}

function candle(story: Scenario, change: Partial<Candle> & { readonly minute: number }) {
  const { minute, ...rest } = change;
  const close = rest.close ?? 100;
  const body: Candle = {
    ...{ instrument: BTC, timeframe: '1m', openTimeUs: T0 + minute * US_PER_MINUTE, complete: true },
    ...{ open: close, high: close, low: close, close, volume: 2, buyVolume: 1, sellVolume: 1 },
    ...{ trades: 2, buyTrades: 1, sellTrades: 1, ...rest },
  };
  const length = body.timeframe === '5m' ? 5 : 1;
  story.time((minute + length) * 60);
  return story.give({ type: 'CandleClosed', candle: body });
}

const told = (story: Scenario) => story.log.filter((event) => event.type === 'PortfolioHealth');
const modes = (story: Scenario) =>
  story.log.flatMap((event) => (event.type === 'TradingModeChanged' ? [`${event.mode} ${event.by}`] : []));
const exits = (story: Scenario) => story.log.filter((event) => event.type === 'ExitTriggered');
/** Loose enough that no stop of its own plays a part. */
const LOOSE = { ...PLAN, stopPrice: d('1'), trailing: d('0.06'), holdMaxUs: 100 * PLAN.holdMaxUs };
const LOOSER = { ...LOOSE, trailing: d('0.35') };

describe('health', () => {
  test('with half of what a day may lose lost, entries stop, and pass again when it is better', () => {
    const story = storyOf('health');
    story.prices(BTC, [0, 50_000]);
    story.open('long', '1', '50000', LOOSE);
    story.prices(BTC, [20, 47_400]); // 2.6 of 100 lost
    expect(told(story)).toMatchObject([
      { from: 'good', to: 'caution', positions: 1, action: 'no new entries', btcCorrelation: 1 },
    ]);
    expect(modes(story)).toEqual(['reducing engine:health']);
    story.prices(BTC, [40, 47_600]); // better, and not clearly so
    expect(modes(story).length).toBe(1);
    story.prices(BTC, [60, 49_900]);
    expect(modes(story)).toEqual(['reducing engine:health', 'active engine:health']);
    expect(told(story).at(-1)).toMatchObject({ to: 'good', action: 'entries pass again' });
  });

  test('worse still, all stops are narrowed to 0.3 % of the best price, also those that come later', () => {
    const story = storyOf('health');
    story.prices(BTC, [0, 50_000]);
    story.open('long', '1', '50000', LOOSER);
    story.prices(ETH, [1, 2_000]);
    story.open('short', '1', '2000', { ...LOOSER, stopPrice: d('9000') }, ETH);
    story.give({ type: 'CashMoved', ...cashOf('-1') }); // marks equity at the prices of now
    story.prices(BTC, [20, 46_400]); // 3.6 of 100
    expect(told(story).at(-1)).toMatchObject({ to: 'warning' });
    const stops = story.engine.books.stops().map(({ instrument, stopPrice }) => [instrument, `${stopPrice}`]);
    expect(stops).toEqual([
      [BTC, '49850'],
      [ETH, '2006'],
    ]);
    // 49,850 is above the price already: it fires at once, and as a stop.
    expect(exits(story)).toMatchObject([{ reason: 'trailing_stop' }]);
  });

  test('the worst two are left once, however long it stays critical, also over a restart', () => {
    const ids = ['A', 'B', 'C'].map((name) => `binance.spot.${name}USDT` as InstrumentId);
    const of = SETTINGS.instruments.get(ETH)!;
    const instruments = new Map([...ids.map((id) => [id, { ...of, id }] as const), ...SETTINGS.instruments]);
    const story = storyOf('health', { ...SETTINGS, instruments });
    for (const id of ids) {
      story.prices(id, [0, 100]);
      story.open('long', '300', '100', LOOSER, id);
    }
    story.prices(ids[0]!, [1, 99.5]);
    story.prices(ids[1]!, [2, 91.5]);
    story.prices(ids[2]!, [20, 93.3]); // 4.7 of 100
    const left = exits(story).filter(({ reason }) => reason === 'health');
    expect(left.map(({ position }) => position.instrument)).toEqual([ids[1], ids[2]]);
    expect(left[0]?.detail).toMatch(/^health \d+\.\d of 100: one of the worst 2$/);
    story.restart();
    story.prices(ids[2]!, [40, 93.2]);
    story.time(60);
    expect(exits(story).filter(({ reason }) => reason === 'health').length).toBe(2);
  });

  test('what a person allowed again is not limited anew at the same step', () => {
    const story = storyOf('health');
    story.prices(BTC, [0, 50_000]);
    story.open('long', '1', '50000', LOOSE);
    story.prices(BTC, [20, 47_400]);
    story.setMode('c-1', 'active');
    story.prices(BTC, [40, 47_390]);
    expect(modes(story)).toEqual(['reducing engine:health', 'active Ada']);
  });

  test('rules that are switched off do nothing', () => {
    const story = storyOf('dump');
    story.prices(BTC, [0, 50_000]);
    story.open('long', '1', '50000', LOOSE);
    story.prices(BTC, [20, 47_000]);
    expect([told(story), modes(story)]).toEqual([[], []]);
  });
});

describe('leaders', () => {
  /** Both prices in step for as many bars of 5m, then so many minutes in which BTC alone moves. */
  function followed(returns: number, to: number, direction: 'long' | 'short'): Scenario {
    const story = storyOf('leaders');
    for (let i = 0; i <= returns; i++) {
      const swing = 1 + (i % 3) / 100;
      const minute = 5 * i - 5 * returns - 10;
      for (const [instrument, price] of [
        [BTC, 50_000],
        [ETH, 2_000],
      ] as const)
        candle(story, { minute, timeframe: '5m', instrument, close: price * swing });
    }
    story.prices(ETH, [0, 2_000]);
    const stopPrice = d(direction === 'long' ? '1' : '9000');
    story.open(direction, '1', '2000', { ...LOOSE, stopPrice }, ETH);
    for (let minute = 0; minute <= 15; minute++)
      candle(story, { minute, close: 50_000 * (minute < 15 ? 1 : to) });
    return story;
  }

  test('a long that moves as BTC does is left when BTC falls, with the numbers of it', () => {
    expect(exits(followed(12, 0.985, 'long'))).toMatchObject([
      { reason: 'leader_correlation', detail: `${BTC} -1.50 % in 15 min, correlation 1.00` },
    ]);
  });

  test.each<[string, number, number, 'long' | 'short']>([
    ['a fall that is too small', 12, 0.9851, 'long'],
    ['a rise', 12, 1.03, 'long'],
    ['a fall, for a short', 12, 0.97, 'short'],
    ['too little that is known of how they move', 8, 0.97, 'long'],
  ])('%s leaves nothing', (_, returns, to, direction) => {
    expect(exits(followed(returns, to, direction))).toEqual([]);
  });

  test('a short is left when BTC rises', () => {
    expect(exits(followed(12, 1.0151, 'short'))).toMatchObject([{ reason: 'leader_correlation' }]);
  });

  test('what was seen outlives a restart, and a bar that is told again counts once', () => {
    const story = followed(12, 1, 'long');
    story.restart();
    candle(story, { minute: 15, close: 1 }); // told before, with another close
    expect(exits(story)).toEqual([]);
    candle(story, { minute: 16, close: 49_000 });
    expect(exits(story)).toMatchObject([{ reason: 'leader_correlation' }]);
  });

  test('behind a hole in the bars nothing is known of a move', () => {
    const story = followed(12, 1, 'long');
    candle(story, { minute: 18, close: 49_000 });
    expect(exits(story)).toEqual([]);
  });
});

describe('dump', () => {
  function sold(story: Scenario, minutes: readonly number[], change: Partial<Candle> = {}) {
    for (const minute of minutes) candle(story, { minute, buyVolume: 1, sellVolume: 2, ...change });
  }
  function held(): Scenario {
    const story = storyOf('dump');
    story.prices(BTC, [0, 100]);
    story.open('long', '1', '100', LOOSE);
    return story;
  }

  test('three minutes that sell leave a long once, with the numbers of it', () => {
    const story = held();
    sold(story, [0, 1]);
    expect(exits(story)).toEqual([]);
    sold(story, [2, 3]);
    const detail = 'volume: bought to sold by the minute 1:2, 1:2, 1:2; close 100, average not known';
    expect(exits(story)).toMatchObject([{ reason: 'dump', detail }]);
  });

  test('a minute that is not whole, or a bar of long ago, leaves nothing', () => {
    const story = held();
    sold(story, [0, 1, 2], { complete: false });
    story.time(3_600);
    for (const minute of [10, 11, 12]) {
      const body = { instrument: BTC, timeframe: '1m', openTimeUs: at(minute * 60), complete: true } as const;
      const prices = { open: 1, high: 1, low: 1, close: 1, volume: 9, buyVolume: 0, sellVolume: 9 };
      const counts = { trades: 1, buyTrades: 0, sellTrades: 1 };
      story.give({ type: 'CandleClosed', candle: { ...body, ...prices, ...counts } });
    }
    expect(exits(story)).toEqual([]);
  });

  test('where two signals must agree, one leaves nothing', () => {
    const story = held();
    const rules = ONLY('dump');
    story.give({ type: 'RulesChosen', ...namedRules({ ...rules, dump: { ...rules.dump, agreeing: 2 } }) });
    sold(story, [0, 1, 2]);
    expect(exits(story)).toEqual([]);
    sold(story, [3], { sellVolume: 9 });
    expect(exits(story)).toMatchObject([{ detail: expect.stringMatching(/^volume and flow: /) }]);
  });
});

function cashOf(amount: string) {
  const about = { venueMoveId: 'm', account: SETTINGS.account, asset: 'USDT', amount: d(amount) };
  return { ...about, reason: 'funding', timeUs: T0 } as const;
}
