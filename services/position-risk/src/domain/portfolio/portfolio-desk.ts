import {
  type Candle,
  Decimal,
  type HealthStep,
  type InstrumentId,
  TIMEFRAME_US,
  type TimeAdvanced,
  US_PER_SECOND,
} from '@algo/model';
import type { AccountBooks } from '../account-books.ts';
import type { AccountGuard } from '../account-guard.ts';
import type { GuardClock } from '../guard-clock.ts';
import { unrealizedOf } from '../holding.ts';
import type { PositionDesk } from '../position-desk.ts';
import type { PositionRiskSettings } from '../position-risk-settings.ts';
import { dumpSignals } from './dump.ts';
import { type HealthInputs, healthScore } from './health-score.ts';
import { isWorse, nextHealthStep, worstOf } from './health-steps.ts';
import { isLeaderExit } from './leaders.ts';
import { MarketMemory, type RememberedState } from './market-memory.ts';
import { type NamedRules, NO_RULES } from './portfolio-rules.ts';

/** Nothing is left by a bar that closed longer ago. *Units*: µs of feed time. */
const FRESH_US = 90 * US_PER_SECOND;
const BTC = 'BTC';

/** What is kept of the watch over all positions. */
export interface PortfolioState {
  readonly rules: NamedRules;
  readonly step: HealthStep;
  readonly behind: readonly (readonly [feed: string, behind: readonly InstrumentId[]])[];
  readonly markets: readonly (readonly [InstrumentId, RememberedState])[];
}

/**
 * Watches all positions of an account together: its health, the leaders of the market, and flow that turns
 * against what is held. What follows is an exit, a narrower stop, or no entry.
 */
export class PortfolioDesk {
  readonly #settings: PositionRiskSettings;
  readonly #books: AccountBooks;
  readonly #guard: AccountGuard;
  readonly #clock: GuardClock;
  readonly #desk: PositionDesk;
  readonly #markets: MarketMemory;
  readonly #behind: Map<string, readonly InstrumentId[]>;
  #rules: NamedRules;
  #step: HealthStep;

  constructor(
    parts: {
      readonly settings: PositionRiskSettings;
      readonly books: AccountBooks;
      readonly guard: AccountGuard;
      readonly clock: GuardClock;
      readonly desk: PositionDesk;
    },
    state?: PortfolioState,
  ) {
    this.#settings = parts.settings;
    this.#books = parts.books;
    this.#guard = parts.guard;
    this.#clock = parts.clock;
    this.#desk = parts.desk;
    this.#rules = state?.rules ?? NO_RULES;
    this.#step = state?.step ?? 'good';
    this.#behind = new Map(state?.behind);
    this.#markets = new MarketMemory(state?.markets);
  }

  state(): PortfolioState {
    const [behind, markets] = [[...this.#behind], this.#markets.state()];
    return { rules: this.#rules, step: this.#step, behind, markets };
  }

  /** Names the rules in force. */
  get rulesHash(): string {
    return this.#rules.hash;
  }

  /** Other rules hold from here on. */
  follow(rules: NamedRules): void {
    this.#rules = rules;
    this.review();
  }

  /** A feed said which instruments it doesn't hear. */
  told({ feed, behind }: TimeAdvanced): void {
    if (behind.length > 0 || (this.#behind.get(feed)?.length ?? 0) > 0) this.#behind.set(feed, behind);
  }

  /** A bar closed: looks whether it speaks against what is held. */
  candle(candle: Candle): void {
    const { rules } = this.#rules;
    const book = this.#books.get(candle.instrument);
    if (book === undefined || !this.#markets.take(candle, rules) || candle.timeframe !== '1m') return;
    const closedUs = candle.openTimeUs + TIMEFRAME_US['1m'];
    this.#clock.goTo(book.instrument.venue);
    if (closedUs + FRESH_US < this.#clock.nowUs) return;
    if (rules.leaders.enabled && rules.leaders.leaders.includes(book.instrument.base))
      this.#followLeader(candle.instrument);
    if (rules.dump.enabled) this.#lookForDump(candle, closedUs);
  }

  /** Equity was marked: works out how well the account is, and does what a new step asks for. */
  review(): void {
    const { health } = this.#rules.rules;
    if (!health.enabled || this.#guard.hasTripped) return;
    const held = this.#books.held();
    if (held.length === 0 && this.#step === 'good') return;
    const unrealized = this.#books.unrealized();
    const losses = this.#guard.equity.losses(unrealized);
    if (losses === null) return;
    const score = healthScore(this.#inputs(losses));
    const from = this.#step;
    const to = nextHealthStep(from, score, health);
    this.#step = to;
    if (to !== from) {
      const about = { account: this.#settings.account, from, to, score, positions: held.length, unrealized };
      const seen = { btcCorrelation: this.#btcCorrelation(), drawdown: losses.drawdown };
      const timeUs = this.#clock.nowUs;
      const action = this.#actionAt(from, to);
      this.#desk.out.push({ type: 'PortfolioHealth', ...about, ...seen, action, timeUs });
      const why = `the account's health is ${score.toFixed(1)} of 100`;
      this.#desk.out.push(...this.#guard.limitByHealth(to === 'good' ? null : why, timeUs));
    }
    // Narrowed stops may let go of everything that lost: the worst leave first, for their own reason.
    if (to === 'critical' && isWorse(to, from)) this.#leaveWorst(health.closeWorst, score);
    if (to === 'warning' || to === 'critical') this.#tightenAll(health.tightenTo);
  }

  #actionAt(from: HealthStep, to: HealthStep): string {
    const { tightenTo, closeWorst } = this.#rules.rules.health;
    const stops = `all stops narrowed to ${tightenTo.times(Decimal.of('100'))} %`;
    if (!isWorse(to, from)) return to === 'good' ? 'entries pass again' : 'entries stay stopped';
    if (to === 'caution') return 'no new entries';
    return to === 'warning'
      ? `no new entries, ${stops}`
      : `no new entries, ${stops}, the worst ${closeWorst} left`;
  }

  #inputs({ daily, peak, equity, dayMayLose }: Losses): HealthInputs {
    const held = this.#books.held();
    let [openRisk, concentration, heard] = [0, 0, 0];
    for (const [{ instrument, markPrice }, { holding, stop }] of held) {
      openRisk += markPrice.minus(stop.level).abs().times(holding.quantity).toNumber() / dayMayLose;
      concentration += (holding.quantity.times(markPrice).toNumber() / equity) ** 2;
      const lagging = [...this.#behind.values()].some((behind) => behind.includes(instrument.id));
      if (!lagging) heard++;
    }
    const feeds = held.length === 0 ? 1 : heard / held.length;
    return { dailyLoss: daily, peakLoss: peak, openRisk, concentration, feeds };
  }

  #tightenAll(share: Decimal): void {
    for (const [book, held] of this.#books.held()) {
      this.#clock.goTo(book.instrument.venue);
      if (held.exit !== null || !held.stop.narrow(share)) continue;
      this.#desk.out.push(...held.stopNews(this.#clock.nowUs));
      // The stop may stand beyond the last price already.
      if (book.lastPrice > 0) this.#desk.test(book, held, book.lastPrice);
      this.#desk.protect(book);
    }
  }

  #leaveWorst(count: number, score: number): void {
    const staying = this.#books.held().filter(([, held]) => held.exit === null);
    const worst = worstOf(staying, count, ([book, held]) => unrealizedOf(held.holding, book.markPrice));
    this.#desk.leaveAll(worst, 'health', `health ${score.toFixed(1)} of 100: one of the worst ${count}`);
  }

  #followLeader(leader: InstrumentId): void {
    const { leaders } = this.#rules.rules;
    const change = this.#markets.change(leader, leaders.withinMinutes);
    if (change === null || Math.abs(change) < leaders.move) return;
    const percent = `${leader} ${(change * 100).toFixed(2)} % in ${leaders.withinMinutes} min`;
    for (const pair of this.#books.held()) {
      const [{ instrument }, { holding }] = pair;
      const alike =
        instrument.id === leader ? 1 : this.#markets.correlation(leader, instrument.id, leaders.returnsMin);
      if (!isLeaderExit(holding.direction, change, alike, leaders)) continue;
      this.#desk.leaveAll([pair], 'leader_correlation', `${percent}, correlation ${alike!.toFixed(2)}`);
    }
  }

  #lookForDump({ instrument: id, close }: Candle, closedUs: number): void {
    const book = this.#books.get(id);
    const held = book?.guard;
    if (book === undefined || held === undefined || held === null) return;
    if (held.exit !== null || held.holding.openedUs >= closedUs) return;
    const { dump } = this.#rules.rules;
    const bars = this.#markets.flows(id, dump.bars);
    const { direction } = held.holding;
    const market = { bars, flow: bars.at(-1) ?? null, price: close, average: this.#markets.average(id) };
    const evidence = { direction, assetClass: book.instrument.assetClass, ...market, slippage: null };
    const speaking = dumpSignals(evidence, dump).filter((signal) => dump.signals.includes(signal));
    if (speaking.length < dump.agreeing) return;
    const flows = bars.map((bar) => (bar === null ? '?' : `${shown(bar.buy)}:${shown(bar.sell)}`)).join(', ');
    const average = market.average === null ? 'not known' : shown(market.average);
    const numbers = `bought to sold by the minute ${flows}; close ${close}, average ${average}`;
    this.#desk.leaveAll([[book, held]], 'dump', `${speaking.join(' and ')}: ${numbers}`);
  }

  #btcCorrelation(): number | null {
    const { instruments } = this.#settings;
    const { returnsMin } = this.#rules.rules.leaders;
    const btc = [...instruments.values()].find(({ base }) => base === BTC);
    if (btc === undefined) return null;
    const known = this.#books
      .held()
      .map(([{ instrument }]) =>
        instrument.id === btc.id ? 1 : this.#markets.correlation(btc.id, instrument.id, returnsMin),
      )
      .filter((one) => one !== null);
    return known.length === 0 ? null : known.reduce((sum, one) => sum + one, 0) / known.length;
  }
}

type Losses = NonNullable<ReturnType<AccountGuard['equity']['losses']>>;

function shown(value: number): string {
  return String(Number(value.toPrecision(6)));
}
