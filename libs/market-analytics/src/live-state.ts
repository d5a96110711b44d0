import type {
  FairValueGap,
  MarketProfile,
  MarketState,
  OrderFlow,
  RuleSet,
  StructureReading,
  TimeUs,
  Zone,
} from '@algo/model';
import type { BarsInHand } from './bars-in-hand.ts';
import type { ClosedBars } from './closed-bars.ts';
import type { Completeness } from './completeness.ts';
import type { FlowWindows } from './flow-windows.ts';
import type { MicrostructureReading } from './microstructure.ts';
import type { Resolution } from './resolution.ts';
import type { Rules } from './rules.ts';
import type { SessionCvd } from './session-cvd.ts';
import type { AnalyticsSettings } from './settings.ts';
import type { TapeTip } from './tape-tip.ts';
import type { TradeRing } from './trade-ring.ts';

/** What a state is read from. */
interface Parts {
  readonly settings: AnalyticsSettings;
  readonly tip: TapeTip;
  readonly resolution: Resolution;
  readonly flow: FlowWindows;
  readonly ring: TradeRing;
  readonly sessions: SessionCvd;
  readonly bars: ClosedBars;
  readonly micro: MicrostructureReading;
  readonly completeness: Completeness;
  readonly clock: { readonly sinceUs: TimeUs };
}

/** An engine as it stands: each part of a state is read from it when somebody asks. */
export class LiveState {
  readonly settings: AnalyticsSettings;
  readonly tip: TapeTip;
  readonly micro: MicrostructureReading;
  readonly structures: readonly LiveStructure[];
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.settings = parts.settings;
    this.tip = parts.tip;
    this.micro = parts.micro;
    this.structures = parts.bars.rules.map((rules) => new LiveStructure(rules, parts.tip));
    this.#parts = parts;
  }

  get price(): number {
    return this.#parts.resolution.price.toValue(this.tip.price);
  }

  get priceStep(): number {
    return this.#parts.resolution.price.step;
  }

  get quantityStep(): number {
    return this.#parts.resolution.quantity.step;
  }

  get complete(): boolean {
    const { completeness, ring } = this.#parts;
    return completeness.isWholeAt(this.tip.nowUs, ring.droppedUs);
  }

  get cvd(): number {
    return this.#parts.resolution.quantity.toValue(this.#parts.sessions.session);
  }

  get sinceUs(): TimeUs | null {
    const { sinceUs } = this.#parts.clock;
    return sinceUs === 0 ? null : sinceUs;
  }

  flow(): readonly OrderFlow[] {
    return this.#parts.flow.read(this.tip.momentUs, this.#parts.resolution.quantity);
  }

  bars(): readonly BarsInHand[] {
    return this.#parts.bars.readings();
  }

  flipSpread(): number | null {
    return this.micro.flipSpread(this.#parts.resolution.price);
  }

  /** Returns a state in which everything is worked out, to be kept. */
  whole(): MarketState {
    const { micro, settings, tip } = this;
    return {
      instrument: settings.instrument,
      timeUs: tip.nowUs,
      price: this.price,
      priceStep: this.priceStep,
      quantityStep: this.quantityStep,
      complete: this.complete,
      trades: tip.trades,
      cvd: this.cvd,
      flow: this.flow(),
      features: settings.features,
      bars: this.bars().map((bars) => bars.whole()),
      microstructure: !micro.isKnown
        ? null
        : {
            signal: micro.signalAt(tip.nowUs),
            fastZ: micro.fastZ,
            slowZ: micro.slowZ,
            mid: micro.lastMid,
            flipSpread: this.flipSpread(),
          },
      structures: this.structures.map((structure) => structure.whole()),
      sinceUs: this.sinceUs,
    };
  }
}

/** What one set of rules has drawn, as it stands. */
export class LiveStructure {
  readonly rules: RuleSet;
  readonly #rules: Rules;
  readonly #tip: TapeTip;

  constructor(rules: Rules, tip: TapeTip) {
    this.rules = rules.name;
    this.#rules = rules;
    this.#tip = tip;
  }

  zones(): readonly Zone[] {
    return this.#rules.zones(this.#tip.price, this.#tip.momentUs);
  }

  gaps(): readonly FairValueGap[] {
    return this.#rules.gaps(this.#tip.price, this.#tip.momentUs);
  }

  profiles(): readonly MarketProfile[] {
    return this.#rules.profiles(this.#tip.momentUs);
  }

  whole(): StructureReading {
    const profiles = this.profiles().map(wholeProfile);
    return { rules: this.rules, zones: this.zones(), gaps: this.gaps(), profiles };
  }
}

/** Returns a profile with its value area worked out. */
function wholeProfile({ scope, poc, pocRunnerUp, valueArea, volume }: MarketProfile): MarketProfile {
  return { scope, poc, pocRunnerUp, valueArea, volume };
}
