import { deny, type Handler } from './handler.ts';

/** C12: after several orders that the venue rejected in a row, entries wait. */
export const venueRejects: Handler = ({ nowUs, rejectsPauseUntilUs: untilUs }) =>
  nowUs < untilUs ? deny('VENUE_REJECTS', { paused_until_us: untilUs, now_us: nowUs }) : null;
