import { expect, test } from 'vitest';
import { PaperVenue } from './paper-venue.ts';
import { NO_VICES, readPaperVices } from './paper-vices.ts';
import { SETTINGS } from './testing/paper-fixture.ts';

test('what is not named is off', () => {
  expect(readPaperVices('')).toEqual(NO_VICES);
  expect(readPaperVices(' answerLost = 0.05,eventTwice=1 ')).toEqual({
    ...NO_VICES,
    answerLost: 0.05,
    eventTwice: 1,
  });
});

test.each([
  [
    'answersLost=1',
    'vices.answersLost = "answersLost=1": no vice of that name. Use name=number of: inputsMax,',
  ],
  ['answerLost=1,answerLost=1', 'vices.answerLost = "answerLost=1": named twice'],
  ['answerLost', 'vices.answerLost = "answerLost": not name=number. Write it as answerLost=1.'],
  ['answerLost=1=2', 'not name=number'],
  ['answerLost=1.5', 'vices.answerLost = 1.5: outside its range. Use 0 to 1.'],
  ['answerLost=often', 'vices.answerLost = NaN: outside its range'],
  ['lateInputs=1.5', 'vices.lateInputs = 1.5: not whole. Use a whole number from 0 to 1000.'],
])('%s is refused, with the name and the remedy', (text, message) => {
  expect(() => readPaperVices(text)).toThrow(message);
});

test('a venue refuses vices that nobody read', () => {
  expect(() => new PaperVenue({ ...SETTINGS, vices: { ...NO_VICES, eventLost: -1 } })).toThrow(
    'vices.eventLost = -1: outside its range. Use 0 to 1.',
  );
});
