import type { Machine, Say } from '@algo/bus';
import type { FactName, FactOf } from '@algo/contracts';
import {
  type Denial,
  type InstrumentId,
  openSnapshot,
  type Quiet,
  type SubmitOutcome,
  sealSnapshot,
  type TimeUs,
  venueOf,
} from '@algo/model';
import { ExecutionEngine } from './execution-engine.ts';
import type {
  ExecutionInput,
  ExecutionOutput,
  ExecutionOwn,
  ExecutionRequest,
  ExecutionWord,
  SubmitOrder,
} from './execution-io.ts';
import type { ExecutionSettings } from './execution-settings.ts';
import { EXECUTION_STATE_VERSION, type ExecutionState } from './execution-state.ts';

/** What execution takes. */
export type ExecutionTaken =
  | FactOf<
      | ('ord.cmd' | 'md.trades' | 'md.feed' | 'md.time' | 'md.rules' | 'risk.evt')
      | ('sys.guard' | 'ctl.mode' | 'rec.run')
    >
  | ExecutionOwn;

/** Execution of one account: commands in, orders out, and what became of each. */
export class ExecutionMachine implements Machine<ExecutionTaken, ExecutionWord, ExecutionRequest> {
  /** Position-risk acts on these itself. */
  readonly passesOver = new Set<FactName>([
    ...(['EquityMarked', 'DrawdownLevelChanged', 'PortfolioHealth', 'PrintSetAside'] as const),
  ]);
  readonly #settings: ExecutionSettings;
  readonly #engine: ExecutionEngine;
  #submitted = 0;
  #filled = 0;
  #denied = 0;
  #quarantined = 0;

  /** *Errors*: InputError on a snapshot of another account or version. */
  constructor(settings: ExecutionSettings, snapshot?: Uint8Array) {
    this.#settings = settings;
    this.#engine = new ExecutionEngine(
      settings,
      snapshot && openSnapshot<ExecutionState>(ownerOf(settings), EXECUTION_STATE_VERSION, snapshot),
    );
  }

  take(input: ExecutionTaken, say: Say<ExecutionWord, ExecutionRequest>): void {
    switch (input.name) {
      case 'TradeBatch': {
        const { origin, trades } = input.body;
        const last = trades.count - 1;
        if (origin === 'warm-up' || last < 0) return;
        const { instrument } = trades;
        const seen = { instrument, price: trades.price[last]!, timeUs: trades.timeUs[last]! };
        this.#feed({ type: 'PriceSeen', ...seen }, say);
        return;
      }
      case 'FeedConnected':
      case 'FeedDisconnected':
      case 'GapOpened':
      case 'GapFilled':
      case 'GapUnfillable':
      case 'TradeRefused':
      case 'FeedEnded':
        return; // what is behind is told with the time
      case 'EquityMarked':
      case 'DrawdownLevelChanged':
      case 'PortfolioHealth':
      case 'PrintSetAside':
        return; // passed over
      case 'GuardAlive':
      case 'EpochStarted':
      case 'LimitsChanged':
      case 'VenueDescribed':
      case 'OrderLookedUp':
      case 'AbsenceKnown':
      case 'OrderNeverLeft':
      case 'WallTold':
      case 'FeedSilent':
        this.#feed(tagged(input), say);
        return;
      case 'AccountStreamConnected':
      case 'AccountStreamLost':
        this.#feed({ type: input.name }, say);
        return;
      case 'ReconciliationCompleted': {
        const { account, requestId, epoch, validForMs, shut } = input.body;
        const { differences, aside, orders, setup, shownUs } = input.body;
        const found = { validForMs, shut, differences, aside, orders, setup, shownUs };
        this.#feed({ type: input.name, account, requestId, epoch, ...found }, say);
        return;
      }
      case 'ReconciliationFailed': {
        const { account, requestId, epoch } = input.body;
        this.#feed({ type: input.name, account, requestId, epoch }, say);
        return;
      }
      case 'SubmitOutcomeKnown': {
        const { passage, ...outcome } = input.body;
        this.#feed({ type: input.name, outcome: outcome as SubmitOutcome }, say);
        const { clientOrderId, timeUs } = outcome;
        const { account } = this.#settings;
        if (passage !== undefined) say('OrderTimed', { clientOrderId, account, timeUs, ...passage });
        return;
      }
      case 'CancelOutcomeKnown':
        this.#feed({ type: input.name, outcome: input.body }, say);
        return;
      case 'FillsFetched':
        this.#feed({ type: input.name, answer: input.body }, say);
        return;
      case 'CashFetched':
        this.#feed({ type: input.name, answer: input.body }, say);
        return;
      default:
        this.#feed(input.body, say);
    }
  }

  /** Says why an order may not leave now, by the present state, or null. Changes nothing. */
  mayLeave(order: SubmitOrder): Denial | null {
    return this.#engine.mayLeave(order);
  }

  /** Returns when the newest time of an order's feed was said, by ingest's wall clock. *Units*: µs. */
  toldWallUs(order: SubmitOrder): TimeUs {
    return this.#engine.times.of(venueOf(order.request.instrument)).wallUs;
  }

  /** When a feed told the time last, by ingest's wall clock; 0 before any did. *Units*: µs. */
  get newestWallUs(): TimeUs {
    return this.#engine.times.newestWallUs;
  }

  /** Names the limits that hold. */
  get limitsHash(): string {
    return this.#engine.limitsHash;
  }

  quiet(instrument: InstrumentId): Quiet {
    return this.#engine.quiet(instrument);
  }

  snapshot(): Uint8Array {
    return sealSnapshot(ownerOf(this.#settings), EXECUTION_STATE_VERSION, this.#engine.snapshot());
  }

  counters(): Record<string, number> {
    return {
      submitted: this.#submitted,
      filled: this.#filled,
      denied: this.#denied,
      quarantined: this.#quarantined,
      openOrders: this.#engine.openOrders().length,
      gateOpen: this.#engine.isGateOpen ? 1 : 0,
    };
  }

  #feed(input: ExecutionInput, say: Say<ExecutionWord, ExecutionRequest>): void {
    const outputs = this.#engine.handle(input);
    // What is asked for first: an order is on its way to the disk before anything is said about it.
    for (const output of outputs) if (isRequest(output)) say.request(output);
    for (const output of outputs) if (!isRequest(output)) this.#tell(output, say);
    // A price changes nothing of what stops entries; the feed's next word of time is at hand.
    const standing = input.type === 'PriceSeen' ? null : this.#engine.standing.news();
    if (standing !== null) say('EntryStanding', standing);
  }

  #tell(output: Exclude<ExecutionOutput, ExecutionRequest>, say: Say<ExecutionWord, ExecutionRequest>): void {
    switch (output.type) {
      case 'ReconciliationRequested':
        say('ReconciliationRequested', output.asked);
        return;
      default:
        if (output.type === 'OrderSubmitted') this.#submitted++;
        if (output.type === 'OrderFilled') this.#filled++;
        if (output.type === 'OrderDenied') this.#denied++;
        if (output.type === 'OrderQuarantined') this.#quarantined++;
        say(output.type, output);
    }
  }
}

function isRequest(output: ExecutionOutput): output is ExecutionRequest {
  switch (output.type) {
    case 'SubmitOrder':
    case 'CancelAtVenue':
    case 'LookUpOrder':
    case 'ProveAbsence':
    case 'FetchFills':
    case 'FetchCash':
    case 'AskWall':
      return true;
    default:
      return false;
  }
}

type Tagged = Extract<
  ExecutionTaken,
  {
    name:
      | 'GuardAlive'
      | 'EpochStarted'
      | 'LimitsChanged'
      | 'VenueDescribed'
      | 'OrderLookedUp'
      | 'AbsenceKnown'
      | 'OrderNeverLeft'
      | 'WallTold'
      | 'FeedSilent';
  }
>;

function tagged(input: Tagged): ExecutionInput {
  switch (input.name) {
    case 'GuardAlive':
      return { type: input.name, ...input.body };
    case 'EpochStarted':
      return { type: input.name, ...input.body };
    case 'LimitsChanged':
      return { type: input.name, ...input.body };
    case 'VenueDescribed':
      return { type: input.name, ...input.body };
    case 'OrderLookedUp':
      return { type: input.name, ...input.body };
    case 'AbsenceKnown':
      return { type: input.name, ...input.body };
    case 'OrderNeverLeft':
      return { type: input.name, ...input.body };
    case 'WallTold':
      return { type: input.name, ...input.body };
    case 'FeedSilent':
      return { type: input.name, ...input.body };
    default:
      return input satisfies never;
  }
}

function ownerOf({ account }: ExecutionSettings): string {
  return `execution.${account}`;
}
