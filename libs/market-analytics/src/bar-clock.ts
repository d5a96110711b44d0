import type { TimeUs } from '@algo/model';
import type { BarFlow } from './bar-flow.ts';
import type { CandleBuilder } from './candle-builder.ts';
import { closeBarsUntil } from './close-bars.ts';
import type { ClosedBars } from './closed-bars.ts';
import type { Completeness } from './completeness.ts';
import type { DueStates } from './due-states.ts';
import type { FlowWindows } from './flow-windows.ts';
import type { Resolution } from './resolution.ts';
import type { AnalyticsSink } from './rows.ts';
import type { SessionCvd } from './session-cvd.ts';
import type { AnalyticsSettings } from './settings.ts';
import type { SnapshotReader, SnapshotWriter } from './snapshot.ts';
import type { TapeTip } from './tape-tip.ts';

/** What ends, or must know, when a bar or a session does. */
interface Parts {
  readonly tip: TapeTip;
  readonly flow: FlowWindows;
  readonly barFlow: BarFlow;
  readonly candles: CandleBuilder;
  readonly bars: ClosedBars;
  readonly sessions: SessionCvd;
  readonly completeness: Completeness;
  readonly dueStates: DueStates;
  readonly resolution: Resolution;
  readonly settings: AnalyticsSettings;
}

/** Closes bars and sessions as time passes, each when it ends, and says what comes of it. */
export class BarClock {
  /** From when on trades were seen behind bars of somebody else; 0 where there were none. */
  sinceUs: TimeUs = 0;
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Closes every 15s bar that ends by `timeUs`; opens the first bars when there are none. */
  closeUntil(timeUs: TimeUs, sink: AnalyticsSink): void {
    const { candles, dueStates, sessions, tip } = this.#parts;
    closeBarsUntil(candles, timeUs, {
      startAt: (startUs) => this.#startAt(startUs, sink),
      passTo: (endUs) => tip.passTo(endUs),
      closeBar: (f, endUs) => (f === 0 ? this.#closeShortest(endUs, sink) : this.#closeBar(f, sink)),
      onClosed: (endUs) => {
        if (endUs >= sessions.endUs) this.#endSession(sink);
        dueStates.say(tip, sink);
      },
    });
  }

  #startAt(timeUs: TimeUs, sink: AnalyticsSink): void {
    if (this.#parts.sessions.endUs > 0 && this.#parts.sessions.endUs <= timeUs) this.#endSession(sink);
    if (timeUs === this.#parts.candles.warmUntilUs) this.sinceUs = timeUs;
    this.#parts.candles.startAt(timeUs);
    this.#parts.barFlow.restart(this.#parts.tip.trades);
    this.#parts.completeness.startAt(timeUs);
    this.#parts.sessions.startAt(timeUs);
  }

  #closeShortest(endUs: TimeUs, sink: AnalyticsSink): void {
    const { barFlow, candles, resolution, sessions, tip } = this.#parts;
    barFlow.fill(candles.shortest, tip.trades);
    this.#closeBar(0, sink);
    const { quantity } = resolution;
    if (this.#parts.settings.rows)
      sink.onOrderFlow(barFlow.row(endUs, quantity.toValue(sessions.session), quantity));
    barFlow.restart(tip.trades);
  }

  #closeBar(f: number, sink: AnalyticsSink): void {
    this.#parts.bars.onBar(f, this.#parts.candles.close(f, this.#parts.tip.price), sink);
    this.#parts.candles.reopen(f, this.#parts.completeness.isFeedComplete);
  }

  #endSession(sink: AnalyticsSink): void {
    this.#parts.bars.robust?.endSession(this.#parts.sessions.endUs, sink);
    this.rebase();
    this.#parts.sessions.end();
  }

  /** Begins the running totals afresh, so that they stay exact for ever. */
  rebase(): void {
    const { barFlow, flow, sessions, tip } = this.#parts;
    sessions.rebase();
    barFlow.rebase();
    flow.rebase(tip.momentUs);
  }

  save(to: SnapshotWriter): void {
    to.number(this.sinceUs);
  }

  load(from: SnapshotReader): void {
    this.sinceUs = from.number();
  }
}
