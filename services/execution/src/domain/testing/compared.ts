import type { BookDifference } from '@algo/model';
import type { CorrectBooks } from '../corrections.ts';
import type { ExecutionEngine } from '../execution-engine.ts';
import type { ExecutionInput, ExecutionOutput } from '../execution-io.ts';
import { ACCOUNT, d, gate, LTC, S, told, wall } from './execution-scenario.ts';

/** A difference in LTC: 10 are ours, and the venue holds none; no fill explains it. */
export const differs = (change: Partial<BookDifference> = {}): BookDifference => {
  const found = { own: d('10'), beside: d('0'), held: d('0'), cure: 'correct', ...change } as const;
  const left = found.cure === 'correct' ? found.held.minus(found.beside) : null;
  return { instrument: LTC, evidence: ['gone'], left, isExplained: false, isUnnamed: false, ...found };
};

/** Lets a comparison find something at a second, in books that the venue shows as of then; what follows. */
export function compare(engine: ExecutionEngine, seconds: number, ...differences: BookDifference[]) {
  return shown(engine, seconds, seconds, ...differences);
}
/** Lets it find something in books as of another second, or of which the venue does not say when. */
export function shown(
  engine: ExecutionEngine,
  seconds: number,
  asOf: number | null,
  ...differences: BookDifference[]
) {
  return answer(engine, engine.handle(told(seconds * S)), asOf, differences);
}
/** Lets the comparison that was asked for find something. */
export function answer(
  engine: ExecutionEngine,
  said: readonly ExecutionOutput[],
  asOf: number | null,
  differences: readonly BookDifference[],
) {
  const asked = said.findLast((one) => one.type === 'ReconciliationRequested');
  if (asked?.type !== 'ReconciliationRequested') throw new Error('nothing was asked');
  const passed = gate() as Extract<ExecutionInput, { type: 'ReconciliationCompleted' }>;
  const why = { reason: 'it differs', shutsExits: false, orders: [] };
  const shut = differences.map(({ instrument }) => ({ instrument, ...why }));
  const shownUs = asOf === null ? null : asOf * S;
  return engine.handle({ ...passed, requestId: asked.asked.requestId, differences, shut, shownUs });
}
/** What was corrected. */
export const corrections = (out: readonly ExecutionOutput[]) =>
  out.filter((one) => one.type === 'CorrectionMade');
/** What is held of each instrument. */
export const held = (engine: ExecutionEngine) => engine.positions().map((p) => `${p.quantity}`);

/** A person says what to do about a difference in LTC. */
export const repair = (how: CorrectBooks['how'], change: Partial<CorrectBooks> = {}): CorrectBooks => ({
  ...{ type: 'CorrectBooks', commandId: `${how}-1`, account: ACCOUNT, instrument: LTC, how, by: 'Ada' },
  ...{ reason: 'I sold it', timeUs: 32 * S, expiresWallUs: 92 * S, ...change },
});
/** What follows once the wall was asked whether his word still counts. */
export const asks = (engine: ExecutionEngine, command: CorrectBooks) => [
  ...engine.handle(command),
  ...engine.handle(wall(command.commandId, 33 * S)),
];
