import type { HandleContext, InboundMessage, StepMachine } from '@algo/bus';
import { codecs, familyOf, orderCommands, riskEvents, subjects, venueEvents } from '@algo/contracts';
import { type AccountId, type OrderEvent, openSnapshot, sealSnapshot, type TimeUs } from '@algo/model';
import { eventEmission, type Logger } from '@algo/runtime';
import {
  type Effect,
  EXECUTION_STATE_VERSION,
  ExecutionEngine,
  type ExecutionInput,
  type ExecutionOutput,
  type ExecutionSettings,
  type ExecutionState,
} from '../domain/index.ts';
import type { OrderWire } from './order-wire.ts';

/** How the machine goes about its work in a replay and live. */
export interface MachineMode {
  readonly pacing: 'steps' | 'live';
  /** Steps up to here were finished by an earlier life of this process. */
  readonly finishedThrough: number;
}

/** One input may lead to so many others before something must be wrong. */
const CHAIN_MAX = 1_000;

/**
 * Execution between bus, judgement and venue. Effects are
 * carried out one by one, in order, before the next input.
 */
export class ExecutionMachine implements StepMachine {
  readonly #engine: ExecutionEngine;
  readonly #account: AccountId;
  readonly #wire: OrderWire;
  readonly #log: Logger;
  readonly #mode: MachineMode;
  readonly #gate: () => Promise<void>;
  #gatePassed = false;
  #step = 0;
  #submitted = 0;
  #filled = 0;
  #denied = 0;
  #quarantined = 0;

  constructor(parts: {
    settings: ExecutionSettings;
    wire: OrderWire;
    log: Logger;
    mode: MachineMode;
    /** Resolves when a reconciliation of this epoch has passed. */
    gate: () => Promise<void>;
    state: Uint8Array | undefined;
  }) {
    this.#account = parts.settings.account;
    this.#wire = parts.wire;
    this.#log = parts.log;
    this.#mode = parts.mode;
    this.#gate = parts.gate;
    this.#engine = restoreEngine(parts.settings, parts.mode, parts.state);
  }

  /** The step of a replay in hand; 0 while live. */
  get step(): number {
    return this.#step;
  }

  handle(message: InboundMessage, context: HandleContext): void | Promise<void> {
    this.#step = context.step ?? 0;
    if (!this.#gatePassed && this.#isNew(context))
      return this.#gate().then(() => {
        this.#gatePassed = true;
        return this.handle(message, context);
      });
    switch (familyOf(message.subject)) {
      case 'md.trades': {
        const { trades } = codecs.TradeBatch.decode(message.data);
        const last = trades.count - 1;
        return this.feed(
          {
            type: 'PriceSeen',
            instrument: trades.instrument,
            price: trades.price[last]!,
            timeUs: trades.timeUs[last]!,
          },
          context,
        );
      }
      case 'venue.user':
        return this.feed(venueEvents.decode(message.type, message.data), context);
      case 'ord.cmd':
        return this.feed(orderCommands.decode(message.type, message.data), context);
      case 'risk.evt': {
        const event = riskEvents.decode(message.type, message.data);
        return event.type === 'TradingModeChanged' ? this.feed(event, context) : undefined;
      }
      default:
        return undefined; // not one of ours to judge
    }
  }

  snapshot(): Uint8Array {
    return sealSnapshot(ownerOf(this.#account), EXECUTION_STATE_VERSION, this.#engine.snapshot());
  }

  counters(): Record<string, number> {
    return {
      submitted: this.#submitted,
      filled: this.#filled,
      denied: this.#denied,
      quarantined: this.#quarantined,
      openOrders: this.#engine.openOrders().length,
      gatePassed: this.#gatePassed ? 1 : 0,
    };
  }

  /**
   * Handles one input and all that follows from it. Synchronous while nothing has to be asked of the venue.
   */
  feed(input: ExecutionInput, context: HandleContext): void | Promise<void> {
    const effects = this.#say(this.#engine.handle(input), context);
    if (effects.length > 0) return this.#carryOut(effects, context);
  }

  #isNew(context: HandleContext): boolean {
    return context.step === undefined || context.step > this.#mode.finishedThrough;
  }

  async #carryOut(effects: Effect[], context: HandleContext): Promise<void> {
    const queue = [...effects];
    for (let done = 0; queue.length > 0; done++) {
      if (done > CHAIN_MAX) throw new Error(`execution: ${CHAIN_MAX} effects followed from one input`);
      for (const input of await this.#perform(queue.shift()!, context))
        queue.push(...this.#say(this.#engine.handle(input), context));
    }
  }

  #say(outputs: readonly ExecutionOutput[], context: HandleContext): Effect[] {
    const effects: Effect[] = [];
    for (const output of outputs) {
      switch (output.type) {
        case 'SubmitOrder':
        case 'LookUpOrder':
        case 'CancelAtVenue':
        case 'FetchFills':
        case 'Quarantine':
          effects.push(output);
          break;
        default:
          this.#count(output);
          context.emit(
            eventEmission(subjects.orderEvent(this.#account, output.instrument), output, output.timeUs),
          );
      }
    }
    return effects;
  }

  async #perform(effect: Effect, context: HandleContext): Promise<ExecutionInput[]> {
    const timeUs: TimeUs = 'timeUs' in effect ? effect.timeUs : 0;
    switch (effect.type) {
      case 'SubmitOrder': {
        const outcome = await this.#wire.submit(effect, {
          again: !this.#isNew(context),
          untilProven: this.#mode.pacing === 'steps',
        });
        return [{ type: 'SubmitOutcomeKnown', outcome }];
      }
      case 'LookUpOrder': {
        const instrument = this.#engine.order(effect.clientOrderId)?.request.instrument;
        if (instrument === undefined) return [];
        const lookup = await this.#wire.lookUp({ ...effect, instrument });
        return [
          {
            type: 'OrderLookedUp',
            clientOrderId: effect.clientOrderId,
            lookup,
            authoritativeAbsence: this.#wire.authoritativeAbsence,
            timeUs,
          },
        ];
      }
      case 'CancelAtVenue':
        return [{ type: 'CancelOutcomeKnown', outcome: await this.#wire.cancel(effect, timeUs) }];
      case 'FetchFills': {
        // On failure the engine asks again at its own pace.
        const fills = await this.#wire.venue.fillsSince(effect.account, effect.sinceUs).catch(() => []);
        return fills.map((fill) => ({ type: 'VenueFilled', fill, cumulative: fill.quantity }));
      }
      case 'Quarantine':
        this.#quarantined++;
        this.#log.error(
          { quarantine: effect },
          `${effect.instrument}: ${effect.problem}; entries are denied until a person resumes it`,
        );
        return [];
      default:
        return effect satisfies never;
    }
  }

  #count(event: OrderEvent): void {
    if (event.type === 'OrderSubmitted') this.#submitted++;
    if (event.type === 'OrderFilled') this.#filled++;
    if (event.type === 'OrderDenied') this.#denied++;
  }
}

function ownerOf(account: AccountId): string {
  return `execution.${account}`;
}

/**
 * Brings the engine back. In a replay the inputs since the snapshot are gone through again and tell it
 * everything, so it keeps its orders as they were and only the epoch is new; live, the epoch's start makes it
 * ask the venue (EpochStarted).
 */
function restoreEngine(
  settings: ExecutionSettings,
  mode: MachineMode,
  state: Uint8Array | undefined,
): ExecutionEngine {
  const gate = {
    epoch: settings.epoch,
    validUntilUs: Number.MAX_SAFE_INTEGER,
    openedOnce: true,
    superseded: false,
  };
  if (state === undefined) {
    const engine = new ExecutionEngine(settings);
    if (mode.pacing === 'live') return engine;
    // In steps the machine itself waits for the gate, so that no denial depends on how long reconciling took.
    return ExecutionEngine.restore(settings, { ...engine.snapshot(), gate });
  }
  const snapshot = openSnapshot<ExecutionState>(ownerOf(settings.account), EXECUTION_STATE_VERSION, state);
  return ExecutionEngine.restore(settings, mode.pacing === 'steps' ? { ...snapshot, gate } : snapshot);
}
