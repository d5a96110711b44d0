import type { Emission, HandleContext, InboundMessage, StepMachine } from '@algo/bus';
import { codecs, controlCommands, familyOf, positionEvents, riskEvents, subjects } from '@algo/contracts';
import { openSnapshot, sealSnapshot, type TradingConfig } from '@algo/model';
import { emission, eventEmission } from '@algo/runtime';
import { configurationHash } from '@algo/strategy';
import {
  DECISION_STATE_VERSION,
  DecisionEngine,
  type DecisionInput,
  type DecisionOutput,
  type DecisionSettings,
} from '../domain/index.ts';

/** The decider between bus and judgement. */
export class DecisionMachine implements StepMachine {
  readonly engine: DecisionEngine;
  readonly #owner: string;
  readonly #configs: ReadonlyMap<string, TradingConfig>;
  readonly #onSwitched: (name: string) => void;
  readonly #onRefused: (name: string) => void;
  #signals = 0;
  #accepted = 0;
  #refused = 0;

  constructor(
    settings: DecisionSettings,
    configs: ReadonlyMap<string, TradingConfig>,
    switching: { readonly done: (name: string) => void; readonly refused: (name: string) => void },
    state: Uint8Array | undefined,
  ) {
    this.#owner = `decision.${settings.account}`;
    this.#configs = configs;
    this.#onSwitched = switching.done;
    this.#onRefused = switching.refused;
    this.engine =
      state === undefined
        ? new DecisionEngine(settings)
        : DecisionEngine.restore(settings, openSnapshot(this.#owner, DECISION_STATE_VERSION, state));
  }

  handle(message: InboundMessage, context: HandleContext): void {
    switch (familyOf(message.subject)) {
      case 'an.state': {
        const state = codecs.MarketStateUpdated.decode(message.data);
        this.#feed({ type: 'MarketStateUpdated', state }, context);
        break;
      }
      case 'an.signal': {
        this.#signals++;
        const signal = codecs.SignalGenerated.decode(message.data);
        this.#feed({ type: 'SignalGenerated', signal }, context);
        break;
      }
      case 'pos.evt':
        this.#feed(positionEvents.decode(message.type, message.data), context);
        break;
      case 'risk.evt':
        this.#feed(riskEvents.decode(message.type, message.data), context);
        break;
      case 'ctl.config':
        this.#switch(message, context);
        break;
      default: // not one of ours to judge
    }
  }

  snapshot(): Uint8Array {
    return sealSnapshot(this.#owner, DECISION_STATE_VERSION, this.engine.snapshot());
  }

  counters(): Record<string, number> {
    return { signals: this.#signals, accepted: this.#accepted, refused: this.#refused };
  }

  #switch(message: InboundMessage, context: HandleContext): void {
    const command = controlCommands.decode(message.type, message.data);
    if (command.type !== 'SwitchConfiguration') return;
    const config = this.#configs.get(command.configuration);
    // The command stays in its stream: failing on it would fail at every start.
    if (config === undefined) {
      this.#onRefused(command.configuration);
      return;
    }
    this.#feed({ type: 'ConfigurationActivated', config, timeUs: command.timeUs }, context);
    const activated = { configuration: config, hash: configurationHash(config), timeUs: command.timeUs };
    context.emit(
      emission(subjects.configuration(), codecs.ConfigurationActivated, activated, command.timeUs),
    );
    this.#onSwitched(config.name);
  }

  #feed(input: DecisionInput, context: HandleContext): void {
    for (const output of this.engine.handle(input)) this.#publish(output, context);
  }

  #publish(output: DecisionOutput, context: HandleContext): void {
    if (output.type === 'DecisionMade') {
      if (output.decision.outcome.type === 'accepted') this.#accepted++;
      else this.#refused++;
    }
    context.emit(emissionOf(output));
  }
}

function emissionOf(output: DecisionOutput): Emission {
  switch (output.type) {
    case 'DecisionMade': {
      const { decision } = output;
      return emission(subjects.decision(decision.instrument), codecs.DecisionMade, decision, decision.timeUs);
    }
    case 'ConvictionHigh': {
      const { decision, instrument, confluence, confluenceMax, timeUs } = output;
      const high = { decision, instrument, confluence, confluenceMax, timeUs };
      return emission(subjects.decision(instrument), codecs.ConvictionHigh, high, timeUs);
    }
    case 'PlaceOrder':
      return eventEmission(subjects.orderCommand(output.account), output, output.timeUs);
    default:
      return output satisfies never;
  }
}
