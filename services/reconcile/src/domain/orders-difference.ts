import { type ClientOrderId, type Decimal, isOwnClientOrderId, type VenueOrder } from '@algo/model';
import type { LocalBooks, LocalOrder, VenueBooks } from './books.ts';
import { evidenceOf, type FillsDifference, sumOf } from './fills-difference.ts';
import type { Discrepancy } from './reconciliation-report.ts';

/** Returns in what our open orders and the venue's differ: D5, D6, D7. */
export function ordersDifference(
  local: LocalBooks,
  venue: VenueBooks,
  missed: FillsDifference,
): readonly Discrepancy[] {
  const { undecided, ended, sentSince } = local;
  const listed = venue.openOrders.filter((o) => !sentSince.has(o.request.clientOrderId));
  const open = new Set(listed.map((o) => o.request.clientOrderId));
  // Of one that has ended since, the venue told us more than it answers here.
  const isGone = (id: ClientOrderId) => !open.has(id) && !ended.has(id);
  const gone = [...undecided.values()].filter((o) => isGone(o.request.clientOrderId));
  return [
    ...listed.flatMap((order) => atVenue(order, local, missed)),
    ...gone.flatMap((order) => notAtVenue(order, venue, missed)),
  ];
}

function atVenue(theirs: VenueOrder, local: LocalBooks, missed: FillsDifference): readonly Discrepancy[] {
  const { clientOrderId: id, instrument } = theirs.request;
  const about = { instrument, clientOrderId: id, subject: `order ${id}` };
  const seen = `open, filled ${theirs.filled}`;
  const ours = local.undecided.get(id);
  if (ours !== undefined) {
    const known = ours.cumulative.plus(missedOf(id, missed));
    const isNews = ours.status === 'submitted' || ours.status === 'unknown';
    const adopted = isNews ? [adopt(ours, seen)] : [];
    if (known.equals(theirs.filled)) return adopted;
    const refusal =
      `order ${id}: the venue counts ${theirs.filled} filled, ` + `its fills and ours come to ${known}`;
    const before = `filled ${ours.cumulative}`;
    return [
      ...adopted,
      entry({
        ...about,
        class: 'D8',
        action: 'look_up_order',
        before,
        after: before,
        evidence: [seen],
        refusal,
      }),
    ];
  }
  const was = local.ended.get(id);
  if (was !== undefined || isOwnClientOrderId(id)) {
    const before = was?.status ?? 'not in our books';
    const refusal = `order ${id} works at the venue, and for us it is ${was?.status ?? 'unheard of'}`;
    return [
      entry({
        ...about,
        class: 'D5',
        action: 'cancel_order',
        before,
        after: 'canceled',
        evidence: [seen],
        refusal,
      }),
    ];
  }
  return [
    entry({ ...about, class: 'D6', action: 'none', before: 'none', after: 'left alone', evidence: [seen] }),
  ];
}

/**
 * An open order of ours that the venue doesn't list is
 * over, or never was; only proof says which.
 */
function notAtVenue(ours: LocalOrder, venue: VenueBooks, missed: FillsDifference): readonly Discrepancy[] {
  const { clientOrderId: id, instrument, quantity } = ours.request;
  const about = { class: 'D7', instrument, clientOrderId: id, subject: `order ${id}` } as const;
  const known = ours.cumulative.plus(missedOf(id, missed));
  const before = ours.status;
  const evidence = missed.own.filter((f) => f.clientOrderId === id).map(evidenceOf);
  if (!known.lessThan(quantity))
    return [entry({ ...about, action: 'close_order', before, after: `filled ${known}`, evidence })];
  const lookup = venue.lookups.find((l) => l.clientOrderId === id)?.lookup;
  const unknown = (why: string) => [
    entry({
      ...about,
      action: 'look_up_order',
      before,
      after: 'unknown',
      evidence,
      refusal: `order ${id}: ${why}`,
    }),
  ];
  switch (lookup?.type) {
    case undefined:
      return unknown('not among the open orders, and nobody has asked the venue for it');
    case 'failed':
      return unknown(`the venue could not say where it stands: ${lookup.reason}`);
    case 'absent':
      if (known.isPositive()) return unknown('it has fills, and the venue does not find it');
      // Whether it never arrived is for execution to prove. Nothing is entered beside it until then, and
      // positions are compared for themselves, so no exit must wait for that.
      return [entry({ ...about, action: 'look_up_order', before, after: 'unknown', evidence: ['absent'] })];
    case 'found': {
      const { status, filled } = lookup.order;
      if (status === 'open' && before !== 'submitted')
        return unknown('the venue finds it open, and does not list it as open');
      if (!filled.equals(known))
        return unknown(`the venue counts ${filled} filled, its fills and ours come to ${known}`);
      // One that was on its way may have arrived behind the list, and in front of the question for it.
      if (status === 'open') return [adopt(ours, `open, filled ${filled}`)];
      const found = `found ${status}, filled ${filled}`;
      const after = `${status}, filled ${filled}`;
      return [entry({ ...about, action: 'close_order', before, after, evidence: [...evidence, found] })];
    }
    default:
      return lookup satisfies never;
  }
}

/** The venue has an order that for us was not accepted yet. */
function adopt({ request, status }: LocalOrder, seen: string): Discrepancy {
  const { clientOrderId, instrument } = request;
  const about = { instrument, clientOrderId, subject: `order ${clientOrderId}` };
  return entry({
    ...about,
    class: 'D5',
    action: 'adopt_order',
    before: status,
    after: seen,
    evidence: [seen],
  });
}

function missedOf(id: string, missed: FillsDifference): Decimal {
  return sumOf(
    missed.own.filter((f) => f.clientOrderId === id),
    (f) => f.quantity,
  );
}

function entry(of: Omit<Discrepancy, 'refusal'> & { readonly refusal?: string }): Discrepancy {
  return { ...of, refusal: of.refusal ?? null };
}
