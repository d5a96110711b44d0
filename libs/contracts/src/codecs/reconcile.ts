import { codec, nested, part } from '../codec.ts';
import { byName, list, text, whole, word } from '../field.ts';
import { algo } from '../generated/algo.v1.js';
import type {
  Discrepancy,
  ReconciliationCompleted,
  ReconciliationFailed,
  ReconciliationRequested,
} from '../messages.ts';
import { account } from './vocabulary.ts';

const discrepancy = part<Discrepancy>('Discrepancy', {
  class: word,
  subject: word,
  evidence: text,
  action: text,
  before: text,
  after: text,
});

const report = {
  reportId: word,
  requestId: text,
  account,
  venue: word,
  epoch: whole,
  asOfUs: whole,
  discrepancies: list(nested(discrepancy)),
  counts: byName(whole),
};

export const reconcileCodecs = {
  ReconciliationRequested: codec(
    algo.v1.ReconciliationRequested,
    part<ReconciliationRequested>('ReconciliationRequested', {
      account,
      venue: word,
      epoch: whole,
      requestId: word,
      reason: text,
      timeUs: whole,
    }),
  ),
  ReconciliationCompleted: codec(
    algo.v1.ReconciliationCompleted,
    part<ReconciliationCompleted>('ReconciliationCompleted', {
      ...report,
      snapshotHash: word,
      validForMs: whole,
    }),
  ),
  ReconciliationFailed: codec(
    algo.v1.ReconciliationFailed,
    part<ReconciliationFailed>('ReconciliationFailed', {
      ...report,
      snapshotHash: text,
      reasons: list(text),
    }),
  ),
};
