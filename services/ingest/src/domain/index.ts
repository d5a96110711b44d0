export { instrumentOfFile } from './file-instrument.ts';
export { joinRaw, type RawTrades, SIDE_UNREADABLE, sliceRaw } from './raw-trades.ts';
export type { RecordedFeed, RecordedSlice } from './recorded-feed.ts';
export { type Cut, SLICE_ROWS_MAX, type Slice, Slicer, STEP_UNIT_US, stepAt } from './slicer.ts';
export { type ScreenCounters, type Screened, type ScreenSnapshot, TradeScreen } from './trade-screen.ts';
