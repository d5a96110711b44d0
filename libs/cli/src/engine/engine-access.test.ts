import { InputError } from '@algo/model';
import { expect, test } from 'vitest';
import { accountOf } from './engine-access.ts';

test('the only account need not be named', () => {
  expect(accountOf({ accounts: ['paper-main'] }, undefined)).toBe('paper-main');
  expect(accountOf({ accounts: ['paper-main', 'paper-two'] }, 'paper-two')).toBe('paper-two');
});

test('without a name several are listed, and so they are for an unknown name', () => {
  const accounts = ['paper-main', 'paper-two'];
  expect(() => accountOf({ accounts }, undefined)).toThrow(/several.*paper-main, paper-two/s);
  expect(() => accountOf({ accounts }, 'paper-three')).toThrow(InputError);
});
