import type { Bus } from '@algo/bus';
import { FactTail } from './engine-record.ts';
import { workingOrders } from './venue-books.ts';

/** What an account that trades has to lose at a moment: orders under way and open positions. */
export class Stake {
  readonly #orders = new FactTail('ord.evt');
  readonly #positions = new FactTail('pos.evt');

  /** Reads what the streams hold by now. */
  async look(bus: Bus): Promise<void> {
    await this.#positions.readOn(bus);
    await this.#orders.readOn(bus);
  }

  /** How many entries have been submitted so far. */
  get entries(): number {
    let count = 0;
    for (const { fact } of this.#orders.facts)
      if (fact.name === 'OrderSubmitted' && fact.body.intent === 'entry') count++;
    return count;
  }

  /** Ids of the orders that have not ended and of the positions that are open. */
  get underWay(): string[] {
    const open = new Set<string>();
    for (const { fact } of this.#positions.facts)
      if (fact.name === 'PositionClosed') open.delete(fact.body.position.id);
      else open.add(fact.body.position.id);
    return [...workingOrders(this.#orders.facts.map(({ fact }) => fact.body)), ...open];
  }
}
