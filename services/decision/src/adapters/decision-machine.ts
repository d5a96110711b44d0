import type { HandleContext, InboundMessage, StepMachine } from '@algo/bus';
import { codecs, controlCommands, familyOf, positionEvents, riskEvents, subjects } from '@algo/contracts';
import type { TradingConfig } from '@algo/model';
import { emission, eventEmission } from '@algo/runtime';
import { configurationHash } from '@algo/strategy';
import {
  DecisionEngine,
  type DecisionInput,
  type DecisionOutput,
  type DecisionSettings,
  type DecisionSnapshot,
} from '../domain/index.ts';
import { configNamed } from './trading-configs.ts';

/** The decider between bus and judgement. */
export class DecisionMachine implements StepMachine {
  readonly engine: DecisionEngine;
  readonly #configs: ReadonlyMap<string, TradingConfig>;
  readonly #onSwitched: (name: string) => void;
  #signals = 0;
  #accepted = 0;
  #refused = 0;

  constructor(
    settings: DecisionSettings,
    configs: ReadonlyMap<string, TradingConfig>,
    onSwitched: (name: string) => void,
    state: Uint8Array | undefined,
  ) {
    this.#configs = configs;
    this.#onSwitched = onSwitched;
    this.engine =
      state === undefined
        ? new DecisionEngine(settings)
        : DecisionEngine.restore(settings, JSON.parse(new TextDecoder().decode(state)) as DecisionSnapshot);
  }

  handle(message: InboundMessage, context: HandleContext): void {
    switch (familyOf(message.subject)) {
      case 'an.state':
        return this.#feed(
          { type: 'MarketStateUpdated', state: codecs.MarketStateUpdated.decode(message.data) },
          context,
        );
      case 'an.signal':
        this.#signals++;
        return this.#feed(
          { type: 'SignalGenerated', signal: codecs.SignalGenerated.decode(message.data) },
          context,
        );
      case 'pos.evt':
        return this.#feed(positionEvents.decode(message.type, message.data), context);
      case 'risk.evt':
        return this.#feed(riskEvents.decode(message.type, message.data), context);
      case 'ctl.config':
        return this.#switch(message, context);
      default:
        return; // not one of ours to judge
    }
  }

  snapshot(): Uint8Array {
    return new TextEncoder().encode(JSON.stringify(this.engine.snapshot()));
  }

  counters(): Record<string, number> {
    return { signals: this.#signals, accepted: this.#accepted, refused: this.#refused };
  }

  #switch(message: InboundMessage, context: HandleContext): void {
    const command = controlCommands.decode(message.type, message.data);
    if (command.type !== 'SwitchConfiguration') return;
    const config = configNamed(this.#configs, command.configuration);
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
    switch (output.type) {
      case 'DecisionMade': {
        const { decision } = output;
        if (decision.outcome.type === 'accepted') this.#accepted++;
        else this.#refused++;
        return context.emit(
          emission(subjects.decision(decision.instrument), codecs.DecisionMade, decision, decision.timeUs),
        );
      }
      case 'ConvictionHigh': {
        const { decision, instrument, confluence, confluenceMax, timeUs } = output;
        return context.emit(
          emission(
            subjects.decision(instrument),
            codecs.ConvictionHigh,
            { decision, instrument, confluence, confluenceMax, timeUs },
            timeUs,
          ),
        );
      }
      case 'PlaceOrder':
        return context.emit(eventEmission(subjects.orderCommand(output.account), output, output.timeUs));
      default:
        return output satisfies never;
    }
  }
}
