import {
  type AccountId,
  type AccountSetup,
  type CashMove,
  type ClientOrderId,
  type Fill,
  fillKey,
  type OrderLookup,
  type TimeUs,
  type VenueBalance,
  type VenueOrder,
  type VenuePosition,
} from '@algo/model';
import type { PaperChange } from './paper-changes.ts';
import { orderKey } from './paper-market.ts';
import type { PaperVenue } from './paper-venue.ts';
import type { PaperVices } from './paper-vices.ts';
import { SeededRandom } from './seeded-random.ts';

/** Rows of an answer, as of when they are so, and whether the exchange says that they are all. */
export interface PaperPage<Row> {
  readonly rows: readonly Row[];
  readonly complete: boolean;
  readonly asOfUs: TimeUs;
}

/** Answers that are kept at once: each of an account is one, and that of fills one for each time asked. */
const KEPT_MAX = 64;

/** One page of fills. *Shape*: `skipRows` says how many of the moment `sinceUs` were on pages before. */
export interface FillsWanted {
  readonly sinceUs: TimeUs;
  readonly skipRows: number;
  readonly rowsMax: number;
}

/**
 * The books of an exchange as those who ask are shown them: perhaps as they were some changes ago, perhaps
 * without the last rows. *Errors*: as `PaperVenue`.
 */
export class PaperView {
  private readonly venue: PaperVenue;
  private readonly vices: PaperVices;
  private readonly random: SeededRandom;
  private readonly isOver: () => boolean;
  private reads = 0;
  /** Rows as they were made for this version of the books, by what they are. */
  private readonly kept = new Map<string, readonly unknown[]>();
  private keptVersion = -1;

  constructor(venue: PaperVenue, vices: PaperVices, seed: number, isOver: () => boolean) {
    this.venue = venue;
    this.vices = vices;
    this.random = SeededRandom.seeded(seed).stream('view');
    this.isOver = isOver;
  }

  order(account: AccountId, clientOrderId: ClientOrderId): OrderLookup {
    const lookup = this.venue.order(account, clientOrderId);
    const key = orderKey({ request: { account, clientOrderId } });
    const change = this.unseen(account).find((one) => one.key === key);
    if (change === undefined) return lookup;
    return change.order === null ? { type: 'absent' } : { type: 'found', order: change.order };
  }

  /** Returns as of when the books of an account are shown. */
  asOfUs(account: AccountId): TimeUs {
    const [first] = this.unseen(account);
    return Math.max(
      0,
      first === undefined ? this.venue.timeUs : Math.min(this.venue.timeUs, first.timeUs - 1),
    );
  }

  openOrders(account: AccountId): PaperPage<VenueOrder> {
    const rows = this.asBefore(`orders/${account}`, () => {
      const orders = new Map(this.venue.openOrders(account).map((order) => [orderKey(order), order]));
      for (const { key, order } of this.unseen(account).toReversed())
        if (order?.status === 'open') orders.set(key, order);
        else orders.delete(key);
      const sorted = [...orders].sort(
        ([a, one], [b, other]) => one.acceptedUs - other.acceptedUs || (a < b ? -1 : 1),
      );
      return sorted.map(([, order]) => order);
    });
    return this.cut(account, rows);
  }

  /** Returns the fills from a moment on, at most `rowsMax`, without the first `skipRows` of that moment. */
  fillsSince(account: AccountId, { sinceUs, skipRows, rowsMax }: FillsWanted): PaperPage<Fill> {
    const seen = this.asBefore(`fills/${account}/${sinceUs}`, () => {
      const unseen = this.unseen(account).flatMap(({ fill }) => (fill === null ? [] : [fillKey(fill)]));
      const fills = this.venue.fillsSince(account, sinceUs);
      return unseen.length === 0 ? fills : fills.filter((fill) => !unseen.includes(fillKey(fill)));
    });
    const { rows: all, asOfUs } = this.cut(account, seen);
    const rows = skipRows === 0 ? all : all.slice(skipRows);
    const most =
      this.isOver() || this.vices.pageRows === 0 ? rowsMax : Math.min(rowsMax, this.vices.pageRows);
    const complete = rows.length <= most;
    return { rows: complete ? rows : rows.slice(0, most), complete, asOfUs };
  }

  cashSince(account: AccountId, sinceUs: TimeUs): PaperPage<CashMove> {
    const unseen = this.unseen(account).flatMap(({ move }) => (move === null ? [] : [move.venueMoveId]));
    const moves = this.venue.cashSince(account, sinceUs);
    return this.cut(
      account,
      moves.filter(({ venueMoveId }) => !unseen.includes(venueMoveId)),
    );
  }

  positions(account: AccountId): PaperPage<VenuePosition> {
    const rows = () => this.unseen(account)[0]?.positions ?? this.venue.positions(account);
    return this.cut(account, this.asBefore(`positions/${account}`, rows));
  }

  balances(account: AccountId): PaperPage<VenueBalance> {
    const rows = () => this.unseen(account)[0]?.balances ?? this.venue.balances(account);
    return this.cut(account, this.asBefore(`balances/${account}`, rows));
  }

  /** Returns how an account is set up, which is never shown late. */
  setup(account: AccountId): { readonly setup: AccountSetup; readonly asOfUs: TimeUs } {
    return { setup: this.venue.setup(account), asOfUs: this.asOfUs(account) };
  }

  private get isTrue(): boolean {
    return this.vices.readsBehind === 0 || this.isOver();
  }

  /** Returns the very rows that were made before where the books stand as then: to compare costs nothing. */
  private asBefore<Row>(name: string, make: () => readonly Row[]): readonly Row[] {
    if (!this.isTrue) return make();
    const { version } = this.venue;
    if (version !== this.keptVersion || this.kept.size >= KEPT_MAX) this.kept.clear();
    this.keptVersion = version;
    const known = this.kept.get(name) as readonly Row[] | undefined;
    if (known !== undefined) return known;
    const rows = make();
    this.kept.set(name, rows);
    return rows;
  }

  private unseen(account: AccountId): readonly PaperChange[] {
    if (this.isTrue) return [];
    return this.venue.changes.filter((change) => change.account === account);
  }

  /** A short page says that it is all. */
  private cut<Row>(account: AccountId, rows: readonly Row[]): PaperPage<Row> {
    return { rows: this.short(`read/${++this.reads}`, rows), complete: true, asOfUs: this.asOfUs(account) };
  }

  private short<Row>(name: string, rows: readonly Row[]): readonly Row[] {
    const { readShort } = this.vices;
    if (readShort === 0 || rows.length === 0 || this.isOver()) return rows;
    const draw = this.random.stream(name);
    return draw.chance(readShort) ? rows.slice(0, draw.below(rows.length)) : rows;
  }
}
