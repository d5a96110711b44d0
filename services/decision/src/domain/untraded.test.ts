import { expect, test } from 'vitest';
import { DecisionEngine } from './decision-engine.ts';
import { equityInput, ruleChangeInput, settingsOf, signalInput } from './testing/engine-scenario.ts';

const outcomesOf = (engine: DecisionEngine, seconds: number) =>
  engine
    .handle(signalInput(seconds))
    .flatMap((output) => (output.type === 'DecisionMade' ? [output.decision.outcome] : []));

test('nothing is entered that its exchange has suspended, until it is traded again', () => {
  const engine = new DecisionEngine(settingsOf());
  engine.handle(equityInput(0));
  engine.handle(ruleChangeInput({ listing: 'suspended' }));
  const refused = { type: 'refused', code: 'INSTRUMENT_SHUT', detail: 'the exchange has suspended it' };
  expect(outcomesOf(engine, 1)).toEqual([refused]);
  const next = DecisionEngine.restore(settingsOf(), engine.snapshot());
  next.handle(ruleChangeInput({}));
  expect(outcomesOf(next, 120)).toMatchObject([{ type: 'accepted' }]);
});
