import type { TimeUs } from '@algo/model';
import type { BarFlow } from './bar-flow.ts';
import type { CandleBuilder } from './candle-builder.ts';
import { type BarSteps, closeBarsUntil } from './close-bars.ts';
import type { ClosedBars } from './closed-bars.ts';
import type { Completeness } from './completeness.ts';
import type { DueStates } from './due-states.ts';
import type { FlowWindows } from './flow-windows.ts';
import type { Resolution } from './resolution.ts';
import { type AnalyticsSink, NOBODY } from './rows.ts';
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
export class BarClock implements BarSteps {
  /** From when on trades were seen behind bars of somebody else; 0 where there were none. */
  sinceUs: TimeUs = 0;
  readonly #parts: Parts;
  /** Who is told, while bars are closed. */
  #sink: AnalyticsSink = NOBODY;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Closes every 15s bar that ends by `timeUs`; opens the first bars when there are none. */
  closeUntil(timeUs: TimeUs, sink: AnalyticsSink): void {
    this.#sink = sink;
    closeBarsUntil(this.#parts.candles, timeUs, this);
  }

  startAt(timeUs: TimeUs): void {
    const { barFlow, candles, completeness, sessions, tip } = this.#parts;
    if (sessions.endUs > 0 && sessions.endUs <= timeUs) this.#endSession(this.#sink);
    if (timeUs === candles.warmUntilUs) this.sinceUs = timeUs;
    candles.startAt(timeUs);
    barFlow.restart(tip.trades);
    completeness.startAt(timeUs);
    sessions.startAt(timeUs);
  }

  passTo(endUs: TimeUs): void {
    this.#parts.tip.passTo(endUs);
  }

  closeBar(f: number, endUs: TimeUs): void {
    const { barFlow, bars, candles, completeness, resolution, sessions, settings, tip } = this.#parts;
    if (f === 0) barFlow.fill(candles.shortest, tip.trades);
    bars.onBar(f, candles.close(f, tip.price), this.#sink);
    candles.reopen(f, completeness.isFeedComplete);
    if (f > 0) return;
    const { quantity } = resolution;
    if (settings.rows)
      this.#sink.onOrderFlow(barFlow.row(endUs, quantity.toValue(sessions.session), quantity));
    barFlow.restart(tip.trades);
  }

  onClosed(endUs: TimeUs): void {
    const { dueStates, sessions, tip } = this.#parts;
    if (endUs >= sessions.endUs) this.#endSession(this.#sink);
    dueStates.say(tip, this.#sink);
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
