import {
  type AccountId,
  type AccountSetup,
  type AssetAside,
  type BookDifference,
  type ClientOrderId,
  compareText,
  type DifferingOrder,
  hashId,
  type InstrumentId,
  type ShutInstrument,
  type TimeUs,
} from '@algo/model';

/** The layout of a report, written into each. */
export const REPORT_VERSION = 4;

/** Orders that one report names; the next one names more. */
const ORDERS_MAX = 500;

/** The classes of discrepancy. */
export const DISCREPANCY_CLASSES = [
  'D1',
  'D2',
  'D3',
  'D4',
  'D5',
  'D6',
  'D7',
  'D8',
  'D9',
  'D11',
  'D12',
] as const;
/** One of DISCREPANCY_CLASSES. */
export type DiscrepancyClass = (typeof DISCREPANCY_CLASSES)[number];

/**
 * What is to be done about a discrepancy. `ingest_fills`: nothing by hand, execution books them from the
 * venue's own stream; `close_order`, `adopt_order`, `look_up_order`: execution asks the venue about it;
 * `cancel_order`: execution withdraws it; `adjust_balance`: reconcile takes what the venue holds for what
 * there should be, once two moments have shown it; `none`: it is only reported. What is to be corrected
 * stands among the differences, and execution does it.
 */
export type ReconciliationAction =
  | 'none'
  | 'ingest_fills'
  | 'adopt_order'
  | 'close_order'
  | 'look_up_order'
  | 'cancel_order'
  | 'close_position_externally'
  | 'import_foreign'
  | 'adjust_position'
  | 'adjust_dust'
  | 'adjust_beside'
  | 'adjust_balance'
  | 'restate_position';

/**
 * One thing in which we and the venue differ. *Shape*: `evidence` names what explains it, oldest first, empty
 * if nothing does; `before` is what we have, `after` what we shall have once the action is done; `refusal`
 * says why nothing may be entered over it, in its instrument or, without one, at all; null if it may.
 * `shutsExits` where the venue does not hold what we would sell.
 */
export interface Discrepancy {
  readonly class: DiscrepancyClass;
  readonly instrument: InstrumentId | null;
  readonly clientOrderId: ClientOrderId | null;
  readonly subject: string;
  readonly evidence: readonly string[];
  readonly action: ReconciliationAction;
  readonly before: string;
  readonly after: string;
  readonly refusal: string | null;
  readonly shutsExits?: true;
}

/** Whether execution may trade. */
export type Verdict =
  | { readonly type: 'pass' }
  | { readonly type: 'refuse'; readonly reasons: readonly string[] };

/**
 * What one reconciliation of one account found. The same books always give the same report, whatever order
 * they are listed in. *Shape*: `discrepancies` by class, then instrument, then order; `shut` instruments
 * that take no entry while they differ, each once; `differences` what may be done about each; `aside` what
 * the account holds beside positions; `setup` how the venue has the account; `orders` what execution must ask
 * about or withdraw; `shownUs` as of when the venue shows its books, by its own clock, null where it does not
 * say; `hash` names what was found, whenever that was.
 */
export interface ReconciliationReport {
  readonly version: number;
  readonly hash: string;
  readonly account: AccountId;
  readonly epoch: number;
  readonly asOfUs: TimeUs;
  readonly shownUs: TimeUs | null;
  readonly verdict: Verdict;
  readonly discrepancies: readonly Discrepancy[];
  readonly shut: readonly ShutInstrument[];
  readonly differences: readonly BookDifference[];
  readonly aside: readonly AssetAside[];
  readonly setup: AccountSetup;
  readonly orders: readonly DifferingOrder[];
  readonly compared: {
    readonly orders: number;
    readonly fills: number;
    readonly positions: number;
    readonly balances: number;
  };
}

/**
 * Returns the report with its discrepancies in order, its verdict and hash. What concerns one instrument
 * shuts that instrument; what concerns all, the account.
 */
export function sealReport(
  content: Pick<
    ReconciliationReport,
    'account' | 'epoch' | 'asOfUs' | 'shownUs' | 'compared' | 'differences' | 'aside' | 'setup'
  >,
  found: readonly Discrepancy[],
  refusals: readonly string[],
): ReconciliationReport {
  const discrepancies = found.toSorted((a, b) => compareText(keyOf(a), keyOf(b)));
  const wide = discrepancies.flatMap((d) => (d.instrument === null && d.refusal !== null ? [d.refusal] : []));
  const reasons = [...refusals, ...wide];
  const verdict: Verdict = reasons.length === 0 ? { type: 'pass' } : { type: 'refuse', reasons };
  const shut = shutBy(discrepancies);
  const orders = discrepancies.flatMap(differingOrder).slice(0, ORDERS_MAX);
  const { asOfUs, shownUs, ...said } = content;
  const body = { version: REPORT_VERSION, ...said, verdict, discrepancies, shut, orders };
  return { ...body, asOfUs, shownUs, hash: hashId(JSON.stringify(body)) };
}

/** Execution does something about these. */
const OF_ORDERS: ReadonlySet<ReconciliationAction> = new Set([
  ...(['adopt_order', 'close_order', 'look_up_order', 'cancel_order'] as const),
]);

function differingOrder(of: Discrepancy): DifferingOrder[] {
  const { instrument, clientOrderId, action } = of;
  if (instrument === null || clientOrderId === null || !OF_ORDERS.has(action)) return [];
  return [{ instrument, clientOrderId, works: action === 'adopt_order' || action === 'cancel_order' }];
}

function shutBy(discrepancies: readonly Discrepancy[]): readonly ShutInstrument[] {
  const shut = new Map<InstrumentId, ShutInstrument>();
  const isMore = new Set<InstrumentId>();
  for (const { instrument, refusal, shutsExits = false, class: kind, clientOrderId } of discrepancies) {
    if (instrument === null || refusal === null) continue;
    if (kind !== 'D5' || clientOrderId === null) isMore.add(instrument);
    const before = shut.get(instrument) ?? { reason: '', shutsExits: false, orders: [] };
    shut.set(instrument, {
      instrument,
      reason: before.reason === '' ? refusal : `${before.reason}; ${refusal}`,
      shutsExits: before.shutsExits || shutsExits,
      orders: isMore.has(instrument) || clientOrderId === null ? [] : [...before.orders, clientOrderId],
    });
  }
  return [...shut.values()].toSorted((a, b) => compareText(a.instrument, b.instrument));
}

function keyOf(d: Discrepancy): string {
  return [d.class.padStart(3), d.instrument ?? '', d.clientOrderId ?? '', d.subject, d.before].join('\u0000');
}
