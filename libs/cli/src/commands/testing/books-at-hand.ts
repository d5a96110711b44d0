import { type MessageOf, subjects } from '@algo/contracts';
import {
  type BookDifference,
  Decimal,
  type InstrumentId,
  instrumentId,
  type Position,
  positionId,
  settledBy,
  strategyName,
} from '@algo/model';
import { ACCOUNT, type EngineAtHand } from './engine-at-hand.ts';

/** An instrument of the catalog in which nothing is held at first. */
export const AIRDROPPED: InstrumentId = instrumentId('binance.spot.LTCUSDT');
const LAST_PRICE = Decimal.of('80');
const TIME_US = 6_000_000;

/** Plays execution, reconcile and position-risk about the books of one instrument. */
export class BooksAtHand {
  readonly #engine: EngineAtHand;
  #book: Pick<BookDifference, 'own' | 'beside' | 'held'>;
  /** Why a comparison fails; null while it doesn't. */
  failure: string | null = null;
  /** What may be done about a difference. */
  cure: BookDifference['cure'] = 'person';
  /** Whether anybody compares at all. */
  compares = true;

  constructor(engine: EngineAtHand, held: string) {
    this.#engine = engine;
    this.#book = { own: Decimal.zero, beside: Decimal.zero, held: Decimal.of(held) };
  }

  /** The exchange holds so much from now on. */
  hold(quantity: string): void {
    this.#book = { ...this.#book, held: Decimal.of(quantity) };
  }

  /** Obeys what is said from now on. */
  async obey(): Promise<AsyncDisposable> {
    const { bus } = this.#engine;
    const subject = subjects.controlMode(ACCOUNT);
    const after = (await bus.last('CONTROL', subject))?.sequence ?? 0;
    return bus.follow({ stream: 'CONTROL', subjects: [subject], after }, async ({ fact }) => {
      if (fact.name === 'CompareBooks') await this.#compare(fact.body);
      if (fact.name === 'CorrectBooks') await this.#correct(fact.body);
    });
  }

  async #compare({ commandId: requestId, by }: MessageOf<'CompareBooks'>): Promise<void> {
    const { own, beside, held } = this.#book;
    await this.#answer(requestId);
    if (!this.compares) return;
    const about = { account: ACCOUNT, venue: 'paper', epoch: 1, requestId } as const;
    const reason = `asked by ${by}`;
    await this.#engine.say('ReconciliationRequested', { ...about, reason, timeUs: TIME_US });
    const run = { ...about, reportId: 'r1', snapshotHash: 'h', asOfUs: TIME_US, counts: { positions: 1 } };
    if (this.failure !== null)
      return void (await this.#engine.say('ReconciliationFailed', {
        ...{ ...run, discrepancies: [], reasons: [this.failure] },
      }));
    const isAlike = own.plus(beside).equals(held);
    const subject = `position ${AIRDROPPED}`;
    const found = { class: 'D2', subject, evidence: '', action: 'import_foreign', before: `${own}` };
    const left = this.cure === 'correct' ? held.minus(beside) : null;
    const size = { instrument: AIRDROPPED, own, beside, held, left, isExplained: false, isUnnamed: false };
    const difference = { ...size, cure: this.cure, evidence: [] };
    const shut = { instrument: AIRDROPPED, reason: `${AIRDROPPED}: ${held} that none of our orders opened` };
    await this.#engine.say('ReconciliationCompleted', {
      ...{ ...run, validForMs: 60_000, aside: [], orders: [], setup: null, shownUs: TIME_US },
      discrepancies: isAlike ? [] : [{ ...found, after: `${held} foreign` }],
      differences: isAlike ? [] : [difference],
      shut: isAlike ? [] : [{ ...shut, shutsExits: false, orders: [] }],
    });
  }

  async #correct({ commandId, how, by, reason }: MessageOf<'CorrectBooks'>): Promise<void> {
    const { own: before } = this.#book;
    const then = settledBy(how, this.#book);
    this.#book = { ...this.#book, ...then };
    await this.#engine.say('CorrectionMade', {
      ...{ type: 'CorrectionMade', account: ACCOUNT, instrument: AIRDROPPED, before, ...then },
      ...{ price: LAST_PRICE, reason: DONE[how], evidence: [reason], by, commandId },
      ...{ timeUs: TIME_US, settledUs: TIME_US },
    });
    await this.#answer(commandId);
    if (then.own.isPositive())
      await this.#engine.say('PositionOpened', {
        ...{ type: 'PositionOpened', position: this.#position(then.own), timeUs: TIME_US },
        stopPrice: Decimal.of('79.6'),
      });
    if (before.isPositive() && then.own.isZero())
      await this.#engine.say('PositionClosed', {
        ...{ type: 'PositionClosed', position: this.#position(then.own), timeUs: TIME_US },
        ...{ exitPrice: LAST_PRICE, netPnl: Decimal.zero, returnPercent: Decimal.zero },
        reason: 'correction',
      });
  }

  #position(quantity: Decimal): Position {
    return {
      ...{
        id: positionId('adopted1'),
        account: ACCOUNT,
        instrument: AIRDROPPED,
        direction: 'long',
        quantity,
      },
      ...{ strategy: strategyName('external'), averagePrice: LAST_PRICE, realized: Decimal.zero },
      ...{ fees: Decimal.zero, openedUs: TIME_US },
    };
  }

  async #answer(commandId: string): Promise<void> {
    await this.#engine.say('CommandObeyed', { commandId, positions: [], orders: [], timeUs: TIME_US });
  }
}

const DONE = { adopt: 'adopted', forget: 'forgotten', acknowledge: 'acknowledged' } as const;
