import { expect, test } from 'vitest';
import { orderReason, orderReasonWords } from './order-reason.ts';

test('a reason of ours begins with its code, and is told in words', () => {
  expect(orderReason('NEVER_LEFT', 'HALTED scope=x')).toBe('NEVER_LEFT HALTED scope=x');
  expect(orderReasonWords(orderReason('NEVER_LEFT', 'HALTED scope=x'))).toBe('never left (HALTED scope=x)');
  expect(orderReasonWords(orderReason('EXECUTION_RESTARTED'))).toBe('execution restarted');
});

test('what a venue says is told as it is', () => {
  expect(orderReasonWords('Account has insufficient balance')).toBe('Account has insufficient balance');
  expect(orderReasonWords('')).toBe('');
});
