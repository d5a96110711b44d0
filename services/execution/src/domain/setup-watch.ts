import {
  type AccountSetup,
  type ContractSetup,
  type Instrument,
  type InstrumentId,
  MARKET_TRAITS,
} from '@algo/model';
import type { ExecutionInput } from './execution-io.ts';

/**
 * How the venue has the account, and how each contract was when it was compared first, or when a person let
 * it be so. *Shape*: `now` null before any comparison; bounded by the number of contracts.
 */
export interface SetupWatchState {
  readonly now: AccountSetup | null;
  readonly agreed: readonly ContractSetup[];
}

type Objecting = { readonly objections: readonly string[] };

/** Watches how the account is set up: what is not as it must be takes no entry of the contracts it is of. */
export class SetupWatch {
  readonly #contracts: readonly InstrumentId[];
  readonly #agreed: Map<InstrumentId, ContractSetup>;
  #now: AccountSetup | null;
  #shut: ReadonlyMap<InstrumentId, string>;
  /** Of the limits, and of how this process was started. */
  #objections: { readonly limits: readonly string[]; readonly start: readonly string[] };
  #against: string | null = null;

  /** `limits` and `start` are what was said last of both. */
  constructor(
    instruments: readonly Instrument[],
    [limits, start]: readonly [Objecting, Objecting],
    state: SetupWatchState = { now: null, agreed: [] },
  ) {
    this.#objections = { limits: limits.objections, start: start.objections };
    this.#contracts = instruments.flatMap(({ id, market }) =>
      MARKET_TRAITS[market].deliversBase ? [] : [id],
    );
    this.#agreed = new Map(state.agreed.map((one) => [one.instrument, one]));
    this.#now = state.now;
    this.#shut = this.#judged();
    this.#weigh();
  }

  state(): SetupWatchState {
    return { now: this.#now, agreed: [...this.#agreed.values()] };
  }

  /** Takes what a comparison read; null, as older reports have it, says nothing. */
  take(setup: AccountSetup | null): void {
    if (setup === null) return;
    this.#now = setup;
    this.#weigh();
    for (const one of setup.instruments)
      if (!this.#agreed.has(one.instrument)) this.#agreed.set(one.instrument, one);
    this.#shut = this.#judged();
  }

  /** Hears what limits, or the way in which this was started, have against trading the account. */
  hear(input: ExecutionInput): void {
    if (input.type === 'LimitsChanged') this.#objections = { ...this.#objections, limits: input.objections };
    else if (input.type === 'VenueDescribed')
      this.#objections = { ...this.#objections, start: input.objections };
    else return;
    this.#weigh();
  }

  /** What stands against any entry of the account, in words; null where nothing does. */
  get against(): string | null {
    return this.#against;
  }

  /** Whether spot may be short; null before anything was read. */
  get shortSpot(): boolean | null {
    return this.#now?.shortSpot ?? null;
  }

  /** Why contracts take no entry, each once, in words. */
  get shut(): ReadonlyMap<InstrumentId, string> {
    return this.#shut;
  }

  /** Returns in what a contract is not as it was, in words; null where it is as it was. */
  changeOf(id: InstrumentId): string | null {
    const [was, is] = [this.#agreed.get(id), this.#contract(id)];
    if (was === undefined || is === undefined) return null;
    const changes = [
      ...(was.marginMode === is.marginMode ? [] : [`margin mode was ${was.marginMode}, is ${is.marginMode}`]),
      ...(was.leverage === is.leverage ? [] : [`leverage was ${was.leverage}, is ${is.leverage}`]),
    ];
    return changes.length === 0 ? null : changes.join('; ');
  }

  /** A person lets a contract be as it is now. */
  agree(id: InstrumentId): void {
    const is = this.#contract(id);
    if (is !== undefined) this.#agreed.set(id, is);
    this.#shut = this.#judged();
  }

  #weigh(): void {
    const { limits, start } = this.#objections;
    const all = [...(this.#now?.objections ?? []), ...limits, ...start];
    this.#against = all.length === 0 ? null : all.join(' ');
  }

  #contract(id: InstrumentId): ContractSetup | undefined {
    return this.#now?.instruments.find(({ instrument }) => instrument === id);
  }

  #judged(): ReadonlyMap<InstrumentId, string> {
    const shut = new Map<InstrumentId, string>();
    if (this.#now === null) return shut;
    const { positionMode } = this.#now;
    for (const id of this.#contracts) {
      const change = this.changeOf(id);
      if (positionMode !== 'one_way') shut.set(id, `position mode is ${positionMode}, must be one_way`);
      else if (this.#contract(id) === undefined) shut.set(id, 'the venue does not say how it is set up');
      else if (change !== null) shut.set(id, change);
    }
    return shut;
  }
}
