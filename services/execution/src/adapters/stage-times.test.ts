import { expect, test } from 'vitest';
import { StageTimes } from './stage-times.ts';

const LABELS = 'service="execution.main"';

test('before the first order nothing is shown', () => {
  expect(new StageTimes().text(LABELS)).toBe('');
});

test('each stage is a histogram, and what was not seen to leave has only gone to the disk', () => {
  const times = new StageTimes();
  times.add({ takenUs: 1_000_000, diskUs: 1_001_500, wireUs: 1_001_600, answeredUs: 1_081_600 });
  times.add({ takenUs: 2_000_000, diskUs: 2_000_400, wireUs: null, answeredUs: 2_000_400 });
  const lines = times.text(LABELS).split('\n');
  const shown = (name: string) => lines.find((line) => line.startsWith(name));
  expect(shown('algo_order_stage_seconds_bucket{le="0.0005",stage="disk"')).toMatch(/ 1$/);
  expect(shown('algo_order_stage_seconds_bucket{le="0.002",stage="disk"')).toMatch(/ 2$/);
  expect(shown('algo_order_stage_seconds_count{stage="disk"')).toBe(
    'algo_order_stage_seconds_count{stage="disk",service="execution.main"} 2',
  );
  expect(shown('algo_order_stage_seconds_count{stage="wire"')).toMatch(/ 1$/);
  expect(shown('algo_order_stage_seconds_sum{stage="ack"')).toMatch(/ 0\.08$/);
});
