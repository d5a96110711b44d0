import type { HandleContext, InboundMessage, StepMachine } from '@algo/bus';
import { codecs, controlCommands, familyOf, orderEvents, subjects } from '@algo/contracts';
import { openSnapshot, sealSnapshot, type TimeUs } from '@algo/model';
import { eventEmission } from '@algo/runtime';
import {
  POSITION_RISK_STATE_VERSION,
  PositionRiskEngine,
  type PositionRiskInput,
  type PositionRiskOutput,
  type PositionRiskSettings,
} from '../domain/index.ts';

/** The guard between bus and judgement: decodes facts, publishes what follows. */
export class RiskMachine implements StepMachine {
  readonly engine: PositionRiskEngine;
  readonly #owner: string;
  readonly #account: PositionRiskSettings['account'];
  #opened = 0;
  #closed = 0;
  #stopsMoved = 0;

  constructor(settings: PositionRiskSettings, state: Uint8Array | undefined) {
    this.#account = settings.account;
    this.#owner = `position-risk.${settings.account}`;
    this.engine =
      state === undefined
        ? new PositionRiskEngine(settings)
        : PositionRiskEngine.restore(settings, openSnapshot(this.#owner, POSITION_RISK_STATE_VERSION, state));
  }

  handle(message: InboundMessage, context: HandleContext): void {
    switch (familyOf(message.subject)) {
      case 'md.trades': {
        const { trades } = codecs.TradeBatch.decode(message.data);
        this.#feed({ type: 'TradesSeen', trades }, context);
        break;
      }
      case 'ord.evt':
        this.#feed(orderEvents.decode(message.type, message.data), context);
        break;
      case 'ctl.mode':
        this.#feed(controlCommands.decode(message.type, message.data), context);
        break;
      default: // not one of ours to judge
    }
  }

  endStep(timeUs: TimeUs, context: HandleContext): void {
    this.#feed({ type: 'TimeAdvanced', timeUs }, context);
  }

  snapshot(): Uint8Array {
    return sealSnapshot(this.#owner, POSITION_RISK_STATE_VERSION, this.engine.snapshot());
  }

  counters(): Record<string, number> {
    return {
      opened: this.#opened,
      closed: this.#closed,
      stopsMoved: this.#stopsMoved,
      open: this.engine.positions().length,
    };
  }

  #feed(input: PositionRiskInput, context: HandleContext): void {
    for (const output of this.engine.handle(input)) this.#publish(output, context);
  }

  #publish(output: PositionRiskOutput, context: HandleContext): void {
    if (output.type === 'PositionOpened') this.#opened++;
    if (output.type === 'PositionClosed') this.#closed++;
    if (output.type === 'StopMoved') this.#stopsMoved++;
    context.emit(eventEmission(this.#subjectOf(output), output, output.timeUs));
  }

  #subjectOf(output: PositionRiskOutput): string {
    switch (output.type) {
      case 'ClosePosition':
        return subjects.orderCommand(output.account);
      case 'EquityMarked':
      case 'DrawdownLevelChanged':
      case 'TradingModeChanged':
        return subjects.risk(this.#account);
      case 'PositionOpened':
      case 'PositionIncreased':
      case 'PositionReduced':
      case 'PositionClosed':
      case 'StopMoved':
      case 'ExitTriggered':
        return subjects.position(this.#account, output.position.instrument);
      default:
        return output satisfies never;
    }
  }
}
