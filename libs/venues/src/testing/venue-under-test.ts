import type { AccountId, InstrumentId, Side, TimeUs } from '@algo/model';
import type { AccountStream, ExchangeVenue, OrderRef } from '../port.ts';

/** How an exchange shuts itself: to whoever asked too much, to everybody, or in one instrument. */
export type Shut = 'ban' | 'maintenance' | 'halt';

/** An exchange that an adapter is held against, with one account that has quote and no base. */
export interface VenueUnderTest extends AsyncDisposable {
  readonly account: AccountId;
  readonly instrument: InstrumentId;
  /** The adapter's life that runs now. */
  readonly venue: ExchangeVenue;
  readonly accountStream: AccountStream;
  nowUs(): TimeUs;
  /** Lets time pass. */
  pass(ms: number): void;
  /** Somebody trades with the public, beginning at 83.50. */
  trade(price: string, quantity: string, taker: Side): void;
  /** A new life of the adapter begins, at the same exchange. */
  restart(): Promise<void>;
  breakStream(): void;
  /** The next order is lost before it arrives, or its answer is. */
  lose(what: 'request' | 'answer'): void;
  /** Shuts the exchange for so long. */
  shut(how: Shut, ms: number): void;
  /** Others use the address until so much of its minute is gone; a look-up of the order tells the adapter. */
  crowd?(share: number, order: OrderRef): Promise<void>;
  /** How many requests the exchange has refused for their weight. */
  refusedRequests?(): number;
  /** How often the exchange has taken an order of a name. */
  taken(clientOrderId: string): number;
}

/** An adapter and the exchange it speaks to. */
export interface AdapterUnderTest {
  readonly name: string;
  /** How its exchange can be shut. */
  readonly shuts: readonly Shut[];
  /** Where requests weigh: with which shares of a minute gone it is tried. */
  readonly shares: readonly number[];
  open(): Promise<VenueUnderTest>;
}
