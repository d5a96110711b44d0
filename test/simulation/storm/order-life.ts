import type { MessageOf } from '@algo/contracts';

export type Ending = 'filled' | 'canceled' | 'expired' | 'rejected';

/** One order as the words on the bus have it. *Units*: quantities in millionths of base. */
export interface OrderLife {
  readonly submitted: MessageOf<'OrderSubmitted'>;
  readonly quantity: number;
  filled: number;
  stand: 'submitted' | 'unknown' | 'accepted';
  wasUnknown: boolean;
  wasCanceled: boolean;
  ended: Ending | null;
  endedMs: number;
  /** *Units*: ms that it has been in doubt while execution could ask. */
  doubtMs: number;
  /** *Units*: ms that it guarded nothing while execution could withdraw it. */
  idleMs: number;
}

/** Whether nobody knows what became of an order of an instrument. */
export function isInDoubt(lives: Iterable<OrderLife>, instrument: string): boolean {
  for (const { ended, stand, submitted } of lives)
    if (ended === null && stand !== 'accepted' && submitted.instrument === instrument) return true;
  return false;
}
