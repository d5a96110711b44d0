import { fromPlain, InputError, type Plain, toPlain } from '@algo/model';
import { orderIn, orderText, type RecordedOrder } from '../input-order.ts';
import type { OwnInput } from '../machine.ts';

/**
 * What a process writes into its own log. *Shape*: requests are named by their number, counted over all
 * lives. `intent`: this is about to be done; `left`: it leaves now; `input`: what the machine is told,
 * and which request came to its end by it; `dropped` is the request that withdrew that one, and needs no
 * doing itself; `order`: what leaves now rests on these inputs. Where a request is named, `order` is that of
 * the inputs up to now, so that every later life asks for the same thing under that number; of an input that
 * nobody asked for it is null.
 */
export type OwnRecord =
  | {
      readonly kind: 'intent';
      readonly request: number;
      readonly key: string;
      readonly body: unknown;
      readonly order: RecordedOrder;
    }
  | { readonly kind: 'left'; readonly request: number }
  | { readonly kind: 'order'; readonly order: RecordedOrder }
  | {
      readonly kind: 'input';
      readonly inputs: readonly OwnInput[];
      readonly request: number | null;
      readonly dropped: number | null;
      readonly order: RecordedOrder | null;
    };

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function encodeRecord(record: OwnRecord): Uint8Array {
  const hasOrder = record.kind !== 'left' && record.order !== null;
  const plain = hasOrder ? { ...record, order: orderText(record.order) } : record;
  return encoder.encode(JSON.stringify(toPlain(plain)));
}

/** Returns the record that bytes hold. *Errors*: InputError on a kind that this build doesn't know. */
export function decodeRecord(bytes: Uint8Array): OwnRecord {
  const record = fromPlain<OwnRecord>(JSON.parse(decoder.decode(bytes)) as Plain);
  switch (record.kind) {
    case 'intent':
    case 'order':
      return { ...record, order: orderIn(String(record.order)) };
    case 'input':
      return record.order === null ? record : { ...record, order: orderIn(String(record.order)) };
    case 'left':
      return record;
    default:
      throw new InputError({
        field: 'own log record',
        value: String((record satisfies never as { kind: unknown }).kind),
        because: 'a kind that this build does not know',
        remedy: 'Start the build that wrote it.',
      });
  }
}
