const START_TICKS = 8_350;
/** A burst has so many times as much in each trade. */
const BURST_TIMES = 30;

/** Whoever else trades: of both sides around a price that pulls back, or for a while all of one side. */
export class ThePublic {
  #ticks = START_TICKS;
  #random = 7;

  calm() {
    const pull = this.#ticks > START_TICKS ? 1 : -1;
    const step = this.#next(10) < 4 ? 0 : this.#next(10) < 6 ? -pull : pull;
    this.#ticks += step;
    return this.#trade(1 + this.#next(3), this.#next(2) === 0);
  }

  /** All of them buy, or all of them sell; the price goes on with one trade in so many. */
  burst(side: 'buy' | 'sell', oneIn: number) {
    const step = this.#next(oneIn) === 0 ? 1 : 0;
    this.#ticks += side === 'buy' ? step : -step;
    return this.#trade(BURST_TIMES + this.#next(BURST_TIMES), side === 'sell');
  }

  #trade(quantity: number, isBuyerMaker: boolean) {
    return { price: (this.#ticks / 100).toFixed(2), quantity: `${quantity}`, isBuyerMaker };
  }

  #next(under: number): number {
    this.#random = (Math.imul(this.#random, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return (this.#random >>> 8) % under;
  }
}
