import type { Machine, Say } from '@algo/bus';
import type { FactOf } from '@algo/contracts';
import {
  type InstrumentId,
  type MarketState,
  openSnapshot,
  type Quiet,
  sealSnapshot,
  type ToldState,
  ToldStates,
  type TradingConfig,
} from '@algo/model';
import { configurationHash } from '@algo/strategy';
import { DecisionEngine } from './decision-engine.ts';
import type { DecisionInput, DecisionOutput } from './decision-io.ts';
import type { DecisionSettings } from './decision-settings.ts';
import { DECISION_STATE_VERSION, type DecisionState } from './decision-state.ts';

/** Which configuration trades when a process begins: what the state store says, where that is another one. */
export interface ConfigurationChosen {
  readonly name: 'ConfigurationChosen';
  readonly body: TradingConfig;
}

/** What the decider takes. */
export type DeciderInput =
  | FactOf<'an.state' | 'an.signal' | 'md.time' | 'md.rules' | 'pos.evt' | 'risk.evt' | 'ctl.config'>
  | ConfigurationChosen;
/** What the decider says. */
export type DeciderWord =
  | 'DecisionMade'
  | 'ConvictionHigh'
  | 'RefusalsCounted'
  | 'PlaceOrder'
  | 'ConfigurationActivated'
  | 'CommandRefused';

/** What the decider asks of the outside: to remember by which configuration the account trades. */
export interface DeciderRequest {
  readonly type: 'RememberConfiguration';
  readonly name: string;
}

type SwitchConfiguration = Extract<DeciderInput, { readonly name: 'SwitchConfiguration' }>['body'];

/** What a decider is restored from. */
interface Memory {
  readonly engine: DecisionState;
  readonly states: readonly ToldState[];
}

/** The decider of one account: turns facts into decisions and orders. */
export class DecisionMachine implements Machine<DeciderInput, DeciderWord, DeciderRequest> {
  readonly #settings: DecisionSettings;
  readonly #configurations: ReadonlyMap<string, TradingConfig>;
  readonly #engine: DecisionEngine;
  readonly #states: ToldStates;
  #signals = 0;
  #accepted = 0;
  #refused = 0;

  /** *Errors*: InputError on a snapshot of another account or version. */
  constructor(
    settings: DecisionSettings,
    configurations: ReadonlyMap<string, TradingConfig>,
    snapshot?: Uint8Array,
  ) {
    this.#settings = settings;
    this.#configurations = configurations;
    if (snapshot === undefined) {
      this.#engine = new DecisionEngine(settings);
      this.#states = new ToldStates();
      return;
    }
    const memory = openSnapshot<Memory>(ownerOf(settings), DECISION_STATE_VERSION, snapshot);
    this.#engine = DecisionEngine.restore(settings, memory.engine);
    this.#states = new ToldStates(memory.states);
  }

  /** The configuration in force; null until one was chosen. */
  get configuration(): TradingConfig | null {
    return this.#engine.configuration;
  }

  take(input: DeciderInput, say: Say<DeciderWord, DeciderRequest>): void {
    switch (input.name) {
      case 'MarketStateUpdated':
        this.#onState(this.#states.whole(input.body), say);
        return;
      case 'MarketStateChanged': {
        const state = this.#states.after(input.body);
        if (state !== null) this.#onState(state, say);
        return;
      }
      case 'SignalGenerated':
        this.#signals++;
        if (this.#engine.isHistory(input.body.state)) return;
        this.#feed({ type: 'SignalGenerated', signal: input.body }, say);
        return;
      case 'SwitchConfiguration':
        this.#switch(input.body, say);
        return;
      case 'ConfigurationChosen':
        this.#engine.handle({ type: 'ConfigurationActivated', config: input.body, timeUs: 0 });
        return;
      default:
        this.#feed(input.body, say);
    }
  }

  quiet(instrument: InstrumentId): Quiet {
    return this.#engine.quiet(instrument);
  }

  snapshot(): Uint8Array {
    const memory: Memory = { engine: this.#engine.snapshot(), states: this.#states.entries() };
    return sealSnapshot(ownerOf(this.#settings), DECISION_STATE_VERSION, memory);
  }

  counters(): Record<string, number> {
    return { signals: this.#signals, accepted: this.#accepted, refused: this.#refused };
  }

  /**
   * A command that can't be obeyed is answered: it stays in its stream, and to fail on it would be for
   * ever.
   */
  #switch(command: SwitchConfiguration, say: Say<DeciderWord, DeciderRequest>): void {
    const { configuration: name, commandId, timeUs } = command;
    const configuration = this.#configurations.get(name);
    if (configuration === undefined) {
      const known = [...this.#configurations.keys()].join(', ');
      const reason = `there is no trading configuration ${name}. Choose one of ${known}, or add its file.`;
      say('CommandRefused', { commandId, reason, timeUs });
      return;
    }
    this.#engine.handle({ type: 'ConfigurationActivated', config: configuration, timeUs });
    say('ConfigurationActivated', { configuration, hash: configurationHash(configuration), timeUs });
    say.request({ type: 'RememberConfiguration', name });
  }

  #onState(state: MarketState, say: Say<DeciderWord, DeciderRequest>): void {
    if (!this.#engine.isHistory(state)) this.#feed({ type: 'MarketStateUpdated', state }, say);
  }

  #feed(input: DecisionInput, say: Say<DeciderWord, DeciderRequest>): void {
    for (const output of this.#engine.handle(input)) this.#tell(output, say);
  }

  #tell(output: DecisionOutput, say: Say<DeciderWord, DeciderRequest>): void {
    switch (output.type) {
      case 'DecisionMade':
        if (output.decision.outcome.type === 'accepted') this.#accepted++;
        else this.#refused++;
        say('DecisionMade', output.decision);
        return;
      case 'ConvictionHigh':
        say('ConvictionHigh', output);
        return;
      case 'PlaceOrder':
        say('PlaceOrder', output);
        return;
      case 'RefusalsCounted':
        say('RefusalsCounted', output);
        return;
      default:
        output satisfies never;
    }
  }
}

function ownerOf({ account }: DecisionSettings): string {
  return `decision.${account}`;
}
