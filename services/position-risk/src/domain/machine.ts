import type { Machine, OwnInput, Say } from '@algo/bus';
import type { Fact, FactOf } from '@algo/contracts';
import {
  type AskWall,
  InputError,
  type InstrumentId,
  openSnapshot,
  type Quiet,
  sealSnapshot,
  type WallTold,
} from '@algo/model';
import { BARS_READ } from './portfolio/market-memory.ts';
import type { NamedRules } from './portfolio/portfolio-rules.ts';
import { PositionRiskEngine } from './position-risk-engine.ts';
import type { PositionRiskInput, PositionRiskOutput } from './position-risk-io.ts';
import type { PositionRiskSettings } from './position-risk-settings.ts';
import { POSITION_RISK_STATE_VERSION, type PositionRiskState } from './position-risk-state.ts';

/** What the guard takes. */
export type GuardInput =
  | FactOf<
      'ord.evt' | 'ord.cash' | 'md.trades' | 'md.candles' | 'md.feed' | 'md.time' | 'md.rules' | 'ctl.mode'
    >
  | GuardOwn;
/** What time it is, for the sake of a command. */
export interface WallAnswer extends OwnInput {
  readonly name: 'WallTold';
  readonly body: WallTold;
}
/** Which rules watch over the portfolio from here on. */
export interface RulesChosen extends OwnInput {
  readonly name: 'RulesChosen';
  readonly body: NamedRules;
}
/** What the guard takes that no stream holds. */
export type GuardOwn = WallAnswer | RulesChosen;
/** What the guard says. */
export type GuardWord = Exclude<PositionRiskOutput, AskWall>['type'] | 'CommandRefused';

/** The guard of one account: its positions, the stop behind each, and the limits above them. */
export class GuardMachine implements Machine<GuardInput, GuardWord, AskWall> {
  readonly #settings: PositionRiskSettings;
  readonly #engine: PositionRiskEngine;
  #opened = 0;
  #closed = 0;
  #stopsMoved = 0;

  /** *Errors*: InputError on a snapshot of another account or version. */
  constructor(settings: PositionRiskSettings, snapshot?: Uint8Array) {
    this.#settings = settings;
    this.#engine = new PositionRiskEngine(
      settings,
      snapshot && openSnapshot<PositionRiskState>(ownerOf(settings), POSITION_RISK_STATE_VERSION, snapshot),
    );
  }

  take(input: GuardInput, say: Say<GuardWord, AskWall>): void {
    switch (input.name) {
      case 'TradeBatch':
        if (input.body.origin !== 'warm-up')
          this.#feed({ type: 'TradesSeen', trades: input.body.trades }, say);
        return;
      case 'PriceSeen': {
        const { instrument, price, timeUs } = input.body;
        const prices = { count: 1, price: Float64Array.of(price), timeUs: Float64Array.of(timeUs) };
        this.#feed({ type: 'TradesSeen', trades: { instrument, ...prices } }, say);
        return;
      }
      case 'CandleClosed':
        if (this.passesBy(input)) return;
        this.#feed({ type: input.name, candle: input.body }, say);
        return;
      case 'RulesChosen':
        this.#feed({ type: input.name, ...input.body }, say);
        return;
      case 'CandleDoubted': // what was done by it is done
      case 'FeedConnected':
      case 'FeedDisconnected':
      case 'GapOpened':
      case 'GapFilled':
      case 'GapUnfillable':
      case 'TradeRefused':
      case 'FeedEnded':
        return; // prices and the time say all that it acts on
      case 'SetTradingMode':
        this.#obey(input.body, say);
        return;
      case 'CancelOrders':
      case 'CorrectBooks':
      case 'CompareBooks':
        return; // execution's
      case 'WallTold':
        this.#obey({ type: input.name, ...input.body }, say);
        return;
      default:
        this.#feed(input.body, say);
    }
  }

  /** Bars of most lengths are read by no rule. */
  passesBy({ name, body }: Fact): boolean {
    return name === 'CandleClosed' && !BARS_READ.includes(body.timeframe);
  }

  /** Names the rules of the portfolio that hold. */
  get rulesHash(): string {
    return this.#engine.rulesHash;
  }

  quiet(instrument: InstrumentId): Quiet {
    return { ...this.#engine.books.quiet(instrument), untilUs: this.#engine.dueUs };
  }

  snapshot(): Uint8Array {
    return sealSnapshot(ownerOf(this.#settings), POSITION_RISK_STATE_VERSION, this.#engine.snapshot());
  }

  counters(): Record<string, number> {
    return {
      opened: this.#opened,
      closed: this.#closed,
      stopsMoved: this.#stopsMoved,
      open: this.#engine.books.positions().length,
    };
  }

  /**
   * What a person may not ask for is answered; the command stays in its stream, and to throw on it would
   * be for ever.
   */
  #obey(
    command: Extract<PositionRiskInput, { type: 'SetTradingMode' | 'WallTold' }>,
    say: Say<GuardWord, AskWall>,
  ): void {
    try {
      this.#feed(command, say);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      const { commandId } = command;
      say('CommandRefused', { commandId, reason: error.message, timeUs: this.#engine.nowUs });
    }
  }

  #feed(input: PositionRiskInput, say: Say<GuardWord, AskWall>): void {
    for (const output of this.#engine.handle(input)) {
      if (output.type === 'PositionOpened') this.#opened++;
      if (output.type === 'PositionClosed') this.#closed++;
      if (output.type === 'StopMoved') this.#stopsMoved++;
      if (output.type === 'AskWall') say.request(output);
      else say(output.type, output);
    }
  }
}

function ownerOf({ account }: PositionRiskSettings): string {
  return `position-risk.${account}`;
}
