import { deny, type Handler } from './handler.ts';

/** C10: orders of ours that are open in an instrument, and at the venue; exits count, and always pass. */
export const openOrders: Handler = ({ openOrders: open, instrument, instrumentLimits, limits }) => {
  const here = open.filter(({ request }) => request.instrument === instrument.id).length;
  const hereMax = instrumentLimits.openOrdersMax;
  const max = limits.venue.openOrdersMax;
  if (here < hereMax && open.length < max) return null;
  return deny('OPEN_ORDERS_MAX', {
    ...{ in_instrument: here, in_instrument_max: hereMax, at_venue: open.length, at_venue_max: max },
  });
};
