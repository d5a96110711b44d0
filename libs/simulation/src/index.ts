export type { Phase, PhaseKind, RegimeName } from './market-script.ts';
export type { PaperRefusal } from './paper-filters.ts';
export { PaperJudge } from './paper-judge.ts';
export {
  type PaperLetter,
  type PaperOutcome,
  PaperPost,
  type PaperPostState,
  type RequestFate,
} from './paper-post.ts';
export {
  OPEN_ORDERS_MAX,
  ORDER_IDS_MAX,
  PAPER_DEFAULTS,
  type PaperSettings,
} from './paper-settings.ts';
export type { PaperState } from './paper-state.ts';
export { PaperVenue } from './paper-venue.ts';
export { FEE_ASSET, NO_VICES, PAPER_VICES, type PaperVices, readPaperVices } from './paper-vices.ts';
export { type PaperPage, PaperView } from './paper-view.ts';
export { type RandomSnapshot, SeededRandom } from './seeded-random.ts';
export {
  PHASE_LABELS_MAX,
  SYNTHETIC_SPAN_MAX_US,
  SyntheticMarket,
  type SyntheticSettings,
  type SyntheticSnapshot,
} from './synthetic-market.ts';
