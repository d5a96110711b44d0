// An engine that trades an account at a real exchange's stand-in, as processes: killed, started again, and
// held against what the exchange itself says.
import { acceptLive, opened } from './support/accept-live.ts';
import { LiveSpot } from './support/live-spot.ts';

const ENTRIES_MIN = 3;

acceptLive(
  {
    open: LiveSpot.open,
    lacks: (_, events) => (opened(events).length < ENTRIES_MIN ? `a position of ${ENTRIES_MIN}` : undefined),
  },
  'Binance spot',
);
