// An engine that trades an account at a real exchange's stand-in, as processes: killed, started again, and
// held against what the exchange itself says.
import { acceptLive } from './support/accept-live.ts';
import { LiveSpot } from './support/live-spot.ts';

acceptLive({ open: LiveSpot.open, kills: 'all', lacks: () => undefined }, 'Binance spot');
