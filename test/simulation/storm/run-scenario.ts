import type { MessageOf } from '@algo/contracts';
import {
  Decimal,
  decisionId,
  type HaltScope,
  type InstrumentId,
  type PlaceOrder,
  type TradeColumns,
} from '@algo/model';
import { SeededRandom } from '@algo/simulation';
import { ACCOUNT, STRATEGY } from '../stage.ts';
import type { JudgeNotes } from './judge-notes.ts';
import { type Scenario, STORM_MS, type Step } from './scenario.ts';
import { StormWorld } from './storm-world.ts';

/** How often the market speaks: one instrument's trades, and the feed's time. *Units*: virtual ms. */
const TICK_MS = 250;
const IDLE_TICK_MS = 5_000;
const FLATTEN_AFTER_MS = 12_000;
const STILL_MS = 3_000;

/** Runs one scenario to its end, or to the first rule that is broken. */
export async function runScenario(scenario: Scenario): Promise<JudgeNotes> {
  const run = new ScenarioRun(scenario);
  await run.go();
  return run.world.judge.notes;
}

/** One scenario on its way through a world of its own. */
export class ScenarioRun {
  readonly world: StormWorld;
  readonly #scenario: Scenario;
  readonly #market: SeededRandom;
  readonly #instruments: readonly InstrumentId[];
  readonly #prices = [100, 40, 8];
  readonly #trades = [0, 0, 0];
  readonly #placed = new Map<number, PlaceOrder>();
  #startMs: number;
  #silentUntilMs = 0;
  #ticks = 0;
  #commands = 0;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.#market = SeededRandom.seeded(scenario.seed).stream('market');
    // Each tick is two inputs of the exchange; its vices of the wire end with the storm.
    this.world = new StormWorld(scenario, (2 * STORM_MS) / TICK_MS);
    this.#instruments = this.world.house.instruments;
    this.#startMs = this.world.clock.nowMs();
  }

  async go(): Promise<void> {
    const { judge } = this.world;
    await this.world.open();
    await this.#idle();
    const events = [
      ...this.#scenario.steps.map((step) => ({ atMs: step.atMs, run: () => this.#step(step) })),
      ...this.#scenario.faults.map((fault) => ({ atMs: fault.atMs, run: () => this.world.begins(fault) })),
    ].toSorted((a, b) => a.atMs - b.atMs);
    for (const { atMs, run } of events) {
      await this.#passTo(atMs);
      if (judge.notes.violation !== null) return;
      run();
    }
    await this.#passTo(STORM_MS);
    this.world.heal(this.#scenario.faults);
    await this.#settle();
  }

  get #nowMs(): number {
    return this.world.clock.nowMs() - this.#startMs;
  }

  get #nowUs(): number {
    return this.world.house.nowMs() * 1_000;
  }

  /** Nothing happens but that time is told, now and then; the storm begins behind it. */
  async #idle(): Promise<void> {
    const endMs = this.world.clock.nowMs() + this.#scenario.idleMs;
    while (this.world.clock.nowMs() < endMs) {
      await this.world.clock.advance(IDLE_TICK_MS);
      this.#tellTime();
    }
    this.#startMs = this.world.clock.nowMs();
  }

  /** Time goes on, the market speaks on its grid, and the judge looks at all of it. */
  async #passTo(endMs: number): Promise<void> {
    const { world } = this;
    while (this.#nowMs < endMs && world.judge.notes.violation === null) {
      const nextMs = Math.min(endMs, (this.#ticks + 1) * TICK_MS);
      const ms = nextMs - this.#nowMs;
      await world.clock.advance(ms);
      const isTold = this.#nowMs >= this.#silentUntilMs;
      world.judge.passed({
        guardMs: isTold && world.isHeard('position-risk') ? ms : 0,
        executionMs: isTold && world.isHeard('execution') && world.house.isHeard() ? ms : 0,
      });
      if (nextMs === (this.#ticks + 1) * TICK_MS) this.#tick();
    }
  }

  /** Gives what is left the time to end; then everything must be left, and once more nothing may be open. */
  async #settle(): Promise<void> {
    const { judge } = this.world;
    const fromMs = this.#nowMs;
    await this.#passTo(fromMs + FLATTEN_AFTER_MS);
    this.#flatten();
    let why: string | null = 'it has just healed';
    while (
      why !== null &&
      judge.notes.violation === null &&
      this.#nowMs < fromMs + this.world.house.settleMs
    ) {
      await this.#passTo(this.#nowMs + 1_000);
      why = judge.unsettled();
      if (why === null) {
        await this.#passTo(this.#nowMs + STILL_MS);
        why = judge.unsettled();
      }
    }
    if (why !== null) judge.notes.broken('I13 convergence', why);
    for (const { identity, where } of this.world.engine.divergences)
      judge.notes.broken('I14 determinism', `${identity} at input ${where.input}: ${where.at}`);
  }

  #tick(): void {
    const at = this.#ticks++ % this.#instruments.length;
    const draw = this.#market;
    this.#prices[at] = rounded(this.#prices[at]! * (1 + draw.between(-0.0016, 0.0016)));
    const quantity = 20 + draw.below(400);
    this.world.house.traded(at, this.#prices[at]!, quantity);
    if (this.#nowMs < this.#silentUntilMs) return;
    const trades: TradeColumns = {
      ...{ instrument: this.#instruments[at]!, count: 1, timeUs: Float64Array.of(this.#nowUs) },
      ...{ price: Float64Array.of(this.#prices[at]!), quantity: Float64Array.of(quantity) },
      ...{
        side: Uint8Array.of(draw.below(2)),
        ids: { kind: 'counted', values: Float64Array.of(++this.#trades[at]!) },
      },
    };
    this.#say('ingest.synthetic', 'TradeBatch', {
      trades,
      receivedUs: 0,
      complete: true,
      origin: 'live',
      sides: 'told',
    });
    if (at + 1 < this.#instruments.length) return;
    this.#tellTime();
  }

  #tellTime(): void {
    const about = {
      feed: 'synthetic',
      toldUs: this.#nowUs,
      sureUs: this.#nowUs,
      behind: [],
      wallUs: this.world.clock.nowMs() * 1_000,
    };
    this.#say('ingest.synthetic', 'TimeAdvanced', { type: 'TimeAdvanced', ...about, speed: 1, warm: false });
  }

  #step(step: Step): void {
    switch (step.does) {
      case 'enter':
        this.#enter(step);
        return;
      case 'again': {
        const command = this.#placed.get(step.n);
        if (command === undefined) return;
        const commandId = step.renamed ? `${command.commandId}-again` : command.commandId;
        if (step.renamed) this.#say('decision.paper-main', 'PlaceOrder', { ...command, commandId });
        else this.#say('decision.paper-main', 'PlaceOrder', command);
        return;
      }
      case 'limit':
        this.#setMode(step.scope, step.mode);
        return;
      case 'resume':
        this.#setMode(step.scope, 'active');
        return;
      case 'flatten':
        this.#flatten();
        return;
      case 'acknowledge':
      case 'adopt':
      case 'forget':
        this.#correct(this.#instruments[step.instrument]!, step.does);
        return;
      case 'compare':
        this.#compare();
        return;
      case 'silence':
        this.#silentUntilMs = Math.max(this.#silentUntilMs, this.#nowMs + step.forMs);
        return;
      case 'byHand':
      case 'transfer':
      case 'coins':
      case 'fund':
      case 'liquidate':
      case 'reduce':
      case 'setUp':
        this.world.house.happens(step);
        return;
      case 'leap':
        this.#prices[step.instrument] = rounded(this.#prices[step.instrument]! * (1 + step.by));
        return;
      default:
        step satisfies never;
    }
  }

  #enter(step: Extract<Step, { does: 'enter' }>): void {
    const { n, direction, style } = step;
    const sign = direction === 'long' ? 1 : -1;
    const price = this.#prices[step.instrument]!;
    const at = (share: number) => decimal(price * (1 + sign * share));
    const command: PlaceOrder = {
      ...{ type: 'PlaceOrder', commandId: `place-${n}`, decision: decisionId(`decision-${n}`) },
      ...{ strategy: STRATEGY, account: ACCOUNT, instrument: this.#instruments[step.instrument]!, direction },
      ...{ orderType: style === 'market' ? 'market' : 'limit', timeInForce: style === 'gtc' ? 'gtc' : 'ioc' },
      quantity: Decimal.of((step.notional / price).toFixed(3)),
      limitPrice: style === 'market' ? null : at(step.offset),
      plan: {
        ...{ stopPrice: at(-step.stop), targetPrice: step.target === null ? null : at(step.target) },
        ...{ trailing: Decimal.of(step.trailing.toFixed(4)), holdMaxUs: step.holdMs * 1_000 },
      },
      ...{ timeUs: this.#nowUs, expiresUs: this.#nowUs + step.lifeMs * 1_000 },
    };
    this.#placed.set(n, command);
    this.#say('decision.paper-main', 'PlaceOrder', command);
  }

  #setMode(scope: number | 'account', mode: MessageOf<'SetTradingMode'>['mode']): void {
    const instrument: InstrumentId = this.#instruments[scope === 'account' ? 0 : scope]!;
    const of: HaltScope =
      scope === 'account' ? { kind: 'account', account: ACCOUNT } : { kind: 'instrument', instrument };
    const body = { type: 'SetTradingMode', scope: of, mode, ...this.#anna() } as const;
    this.world.engine.command(ACCOUNT, { name: 'SetTradingMode', body });
  }

  /** What each command of a person says; it may be obeyed for a minute, by the wall clock. */
  #anna() {
    const expiresWallUs = (this.world.engine.clock.nowMs() + 60_000) * 1_000;
    const commandId = `person-${++this.#commands}`;
    return { commandId, by: 'anna', reason: 'storm', timeUs: this.#nowUs, expiresWallUs };
  }

  #correct(instrument: InstrumentId, how: 'acknowledge' | 'adopt' | 'forget'): void {
    const body = { type: 'CorrectBooks', account: ACCOUNT, instrument, how, ...this.#anna() } as const;
    this.world.engine.command(ACCOUNT, { name: 'CorrectBooks', body });
  }

  #compare(): void {
    const body = { type: 'CompareBooks', account: ACCOUNT, dryRun: false, ...this.#anna() } as const;
    this.world.engine.command(ACCOUNT, { name: 'CompareBooks', body });
  }

  #flatten(): void {
    const scope = { kind: 'account', account: ACCOUNT } as const;
    const body = { type: 'FlattenAll', account: ACCOUNT, scope, position: null, ...this.#anna() } as const;
    this.world.engine.command(ACCOUNT, { name: 'FlattenAll', body });
  }

  #say<Name extends 'TradeBatch' | 'TimeAdvanced' | 'PlaceOrder'>(
    as: 'ingest.synthetic' | 'decision.paper-main',
    name: Name,
    body: MessageOf<Name>,
  ): void {
    void this.world.speakers.get(as)!.say(name, body);
  }
}

function rounded(price: number): number {
  return Math.round(price * 100) / 100;
}

function decimal(price: number): Decimal {
  return Decimal.of(price.toFixed(2));
}
