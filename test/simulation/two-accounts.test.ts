// Two accounts at one exchange: each has its own key, its own execution, guard and comparison, and trades the
// same instruments at the same time. Neither may read what is the other's, nor take it for its own.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LaneSpeaker } from '@algo/bus';
import type { Family } from '@algo/contracts';
import {
  type AccountId,
  accountId,
  Decimal,
  decisionId,
  type InstrumentId,
  instrumentId,
  type PlaceOrder,
  strategyName,
} from '@algo/model';
import { readInstrumentCatalog } from '@algo/runtime';
import { BinanceSpotExchange, BinanceUsdmExchange, spotSymbol, usdmSymbol } from '@algo/testkit/venues';
import { openExchange } from '@algo/venues';
import { expect, test } from 'vitest';
import { ENVIRONMENT } from './environment.ts';
import { SimulatedEngine } from './simulated-engine.ts';
import type { SimulatedLife } from './simulated-life.ts';
import { SimulatedTransport, type TransportWeather } from './simulated-transport.ts';
import { freshClock } from './simulated-world.ts';

const ACCOUNTS = ['first', 'second'].map((name) => accountId(name));
const SERVICES = ['execution', 'position-risk', 'reconcile'];
const SYMBOLS = ['LTCUSDT', 'SOLUSDT', 'DOTUSDT'];
const TICK_MS = 250;
const PATIENCE_MS = 60_000;
const RUN_MS = 60_000;
const CALM: TransportWeather = {
  copiesMs: () => [1],
  instead: () => undefined,
  frames: () => [{ ms: 1, keepsOrder: true }],
  isCutOff: () => false,
};

const keyOf = (account: string) => ({ apiKey: `keyOf${account}`, secret: `secretOf${account}` });

/** What both markets have of an exchange that keeps books. */
function openAt(market: 'spot' | 'perp', clock: ReturnType<typeof freshClock>) {
  const accounts = ACCOUNTS.map((name) => ({
    ...{ name, balances: { USDT: '10000' }, keys: [{ ...keyOf(name), ips: ['127.0.0.1'] }] },
  }));
  const exchangeClock = {
    nowMs: () => clock.nowMs(),
    sleep: (ms: number) => clock.sleep(ms),
    every: () => () => {},
  };
  if (market === 'spot') {
    const symbols = SYMBOLS.map((name) => spotSymbol(name));
    const exchange = BinanceSpotExchange.unplugged({ symbols, accounts, clock: exchangeClock });
    return {
      ...{ exchange, socketUrl: exchange.socketUrl },
      fillsOf: (account: string) => {
        const orders = new Set(exchange.ordersOf(account).map(({ orderId }) => orderId));
        return exchange.fills.filter(({ orderId }) => orders.has(orderId)).map(({ tradeId }) => tradeId);
      },
      namesOf: (account: string) => exchange.ordersOf(account).map(({ firstName }) => firstName),
    };
  }
  const symbols = SYMBOLS.map((name) => usdmSymbol(name));
  const exchange = BinanceUsdmExchange.unplugged({ symbols, accounts, clock: exchangeClock });
  return {
    ...{ exchange, socketUrl: exchange.streamUrl },
    fillsOf: (account: string) =>
      exchange.fills.filter((fill) => fill.account === account).map(({ tradeId }) => tradeId),
    namesOf: (account: string) => [
      ...exchange.ordersOf(account).map(({ clientOrderId }) => clientOrderId),
      ...exchange.algosOf(account).map(({ clientAlgoId }) => clientAlgoId),
    ],
  };
}

/** Two accounts at one exchange, and the market that both trade. */
class Two implements Disposable {
  readonly engine: SimulatedEngine;
  readonly at: ReturnType<typeof openAt>;
  readonly instruments: readonly InstrumentId[];
  readonly #dir = mkdtempSync(join(tmpdir(), 'algo-two-accounts-'));
  readonly #speakers = new Map<string, LaneSpeaker>();
  readonly #prices = [100, 40, 8];
  #ticks = 0;

  constructor(market: 'spot' | 'perp') {
    const clock = freshClock();
    this.at = openAt(market, clock);
    this.instruments = SYMBOLS.map((symbol) => instrumentId(`binance.${market}.${symbol}`));
    const name = market === 'spot' ? 'binance-spot' : 'binance-usdm';
    const catalog = `test/simulation/storm/${name}-instruments.yaml`;
    this.engine = new SimulatedEngine({
      ...{ seed: 1, clock, openVenue: (life) => this.#open(name, catalog, life) },
      environment: { ...ENVIRONMENT, ALGO_INSTRUMENTS_FILE: catalog, ALGO_ACCOUNTS: ACCOUNTS.join() },
    });
  }

  async begin(): Promise<void> {
    await this.#speaks('ingest.synthetic', '', ['md.trades', 'md.time']);
    for (const account of ACCOUNTS) await this.#speaks(`decision.${account}`, account, ['ord.cmd']);
    this.#tick();
    for (const account of ACCOUNTS)
      for (const service of SERVICES) void this.engine.begin(`${service}.${account}`);
    const isOpen = (account: AccountId) =>
      this.engine.said('ORDERS', 'EntryStanding').findLast((one) => one.account === account)?.causes
        .length === 0;
    for (let ms = 0; !ACCOUNTS.every(isOpen); ms += TICK_MS) {
      if (ms > PATIENCE_MS) throw new Error('both accounts may not enter');
      await this.pass(TICK_MS);
    }
  }

  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += TICK_MS) {
      await this.engine.pass(TICK_MS);
      this.#tick();
    }
  }

  enter(
    account: AccountId,
    n: number,
    instrument: number,
    direction: 'long' | 'short',
    quantity: string,
  ): void {
    const price = this.#prices[instrument]!;
    const sign = direction === 'long' ? 1 : -1;
    const at = (share: number) => Decimal.of((price * (1 + sign * share)).toFixed(2));
    const command: PlaceOrder = {
      ...{ type: 'PlaceOrder', commandId: `place-${n}`, decision: decisionId(`decision-${n}`) },
      ...{ strategy: strategyName('order_flow_scalping'), account, direction },
      ...{ instrument: this.instruments[instrument]!, orderType: 'limit', timeInForce: 'ioc' },
      ...{ quantity: Decimal.of(quantity), limitPrice: at(0.002) },
      plan: {
        ...{ stopPrice: at(-0.005), targetPrice: null, trailing: Decimal.of('0.004') },
        holdMaxUs: 6_000_000,
      },
      ...{ timeUs: this.#nowUs, expiresUs: this.#nowUs + 5_000_000 },
    };
    void this.#speakers.get(`decision.${account}`)!.say('PlaceOrder', command);
  }

  /** What was said about orders of an account: names that left, fills, and what was not as it should be. */
  saidOf(account: AccountId) {
    const { engine } = this;
    const of = <Body extends { readonly account: AccountId }>(bodies: readonly Body[]) =>
      bodies.filter((body) => body.account === account);
    return {
      names: of(engine.said('ORDERS', 'OrderSubmitted')).map(({ clientOrderId }) => clientOrderId),
      fills: of(engine.said('ORDERS', 'OrderFilled')).map(({ fill }) => Number(fill.venueTradeId)),
      quarantined: of(engine.said('ORDERS', 'OrderQuarantined')).map(({ detail }) => detail),
      corrected: of(engine.said('ORDERS', 'CorrectionMade')).map(({ reason }) => reason),
      closed: engine
        .said('POSITIONS', 'PositionClosed')
        .filter(({ position }) => position.account === account)
        .map(({ reason }) => reason),
      refused: engine.said('RECONCILIATION', 'ReconciliationFailed').filter((one) => one.account === account),
    };
  }

  get #nowUs(): number {
    return this.engine.clock.nowMs() * 1_000;
  }

  async #speaks(identity: string, account: string, says: readonly Family[]): Promise<void> {
    this.#speakers.set(identity, await this.engine.speaker(identity, account, says));
  }

  #open(name: string, catalog: string, life: SimulatedLife) {
    const account = ACCOUNTS.find((one) => life.bus.identity.endsWith(`.${one}`))!;
    const { apiKey, secret } = keyOf(account);
    const [keyFile, secretFile] = [join(this.#dir, `${account}.key`), join(this.#dir, `${account}.secret`)];
    for (const [path, text] of [[keyFile, apiKey] as const, [secretFile, secret] as const])
      writeFileSync(path, `${text}\n`, { mode: 0o600 });
    const told = { leaves() {}, answered() {} };
    const known = readInstrumentCatalog(catalog);
    return openExchange(name, {
      ...{ account, clock: life.clock, ask: () => Promise.reject(new Error('there is no paper exchange')) },
      transport: new SimulatedTransport(this.at.exchange.market, this.engine.clock, life, CALM, told),
      access: {
        ...{ keyFile, secretFile, random: () => 0.5 },
        instruments: this.instruments.map((id) => known.get(id)!),
        address: { restUrl: this.at.exchange.restUrl, socketUrl: this.at.socketUrl },
      },
    });
  }

  #tick(): void {
    const n = this.#ticks++ % SYMBOLS.length;
    const step = [1, 1, -1, 1, -1, -1][this.#ticks % 6]! * 0.0004;
    this.#prices[n] = Math.round(this.#prices[n]! * (1 + step) * 100) / 100;
    const price = this.#prices[n]!;
    this.at.exchange.flow(SYMBOLS[n]!, [{ price: price.toFixed(2), quantity: '5', isBuyerMaker: step < 0 }]);
    const trades = {
      ...{ instrument: this.instruments[n]!, count: 1, timeUs: Float64Array.of(this.#nowUs) },
      ...{ price: Float64Array.of(price), quantity: Float64Array.of(5), side: Uint8Array.of(1) },
      ids: { kind: 'counted', values: Float64Array.of(this.#ticks) },
    } as const;
    const about = { receivedUs: 0, complete: true, origin: 'live', sides: 'told' } as const;
    const ingest = this.#speakers.get('ingest.synthetic')!;
    void ingest.say('TradeBatch', { trades, ...about });
    const times = { toldUs: this.#nowUs, sureUs: this.#nowUs, wallUs: this.#nowUs };
    const body = { feed: 'synthetic', ...times, behind: [], speed: 1, warm: false };
    void ingest.say('TimeAdvanced', { type: 'TimeAdvanced', ...body });
  }

  [Symbol.dispose](): void {
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

test.each(['spot', 'perp'] as const)(
  'of two accounts on %s each reads, books and leaves its own alone',
  async (market) => {
    using two = new Two(market);
    await two.begin();
    for (let n = 1; n <= 6; n++) {
      const [instrument, other] = [n % 2, (n + 1) % 2];
      const short = market === 'perp' && n % 3 === 0 ? 'short' : 'long';
      two.enter(ACCOUNTS[0]!, n, instrument, 'long', '3');
      two.enter(ACCOUNTS[1]!, n, n % 4 === 0 ? other : instrument, short, '5');
      await two.pass(RUN_MS / 6);
    }
    await two.pass(RUN_MS / 6);
    for (const account of ACCOUNTS) {
      const said = two.saidOf(account);
      expect(said.closed.length).toBeGreaterThan(2);
      expect(said.fills.toSorted()).toEqual(two.at.fillsOf(account).toSorted());
      expect(new Set(two.at.namesOf(account))).toEqual(new Set(said.names));
      expect([said.quarantined, said.corrected, said.refused]).toEqual([[], [], []]);
    }
    // What each asked, it asked by its own key.
    const asked = new Set(two.at.exchange.journal.entries.map((entry) => entry.account));
    expect(asked).toEqual(new Set([null, ...ACCOUNTS]));
  },
  60_000,
);
