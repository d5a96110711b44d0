import {
  type AccountSetup,
  Decimal,
  type OrderLookup,
  type VenueBalance,
  type VenueOrder,
  type VenuePosition,
} from '@algo/model';
import { AccountReadError, type Rows, symbolOf } from '../binance/account-link.ts';
import type { Parameters } from '../binance/api-key.ts';
import type { Purpose } from '../binance/request-budget.ts';
import { cancelNameOf, decimalOf, rowOf, rowsOf, textOf } from '../binance/rows.ts';
import type { OrderRef } from '../port.ts';
import type { SpotLink } from './spot-link.ts';
import { refParameters } from './spot-parameters.ts';
import { orderOf } from './spot-rows.ts';

const NO_SUCH_ORDER = -2013;

/** What the venue says of orders and balances. *Errors*: each rejects where not all of it can be read. */
export class SpotReads {
  readonly #link: SpotLink;

  constructor(link: SpotLink) {
    this.#link = link;
  }

  /**
   * Looks for an order under its own name, under that of its cancel, and by its number where that is known:
   * whoever canceled it by hand gave it another name.
   */
  async order(ref: OrderRef): Promise<Rows<OrderLookup>> {
    const id = ref.clientOrderId;
    const own = refParameters(id);
    const found = await this.#orderNamed(ref, own);
    if (found.value.type !== 'absent' || own.orderId !== undefined) return found;
    const canceled = await this.#orderNamed(ref, { origClientOrderId: cancelNameOf(id) });
    const orderId = ref.venueOrderId ?? this.#link.numbers.get(id);
    const last =
      canceled.value.type === 'absent' && orderId !== undefined
        ? await this.#orderNamed(ref, { orderId })
        : canceled;
    return { value: last.value, asOfUs: found.asOfUs };
  }

  async #orderNamed(
    { clientOrderId, instrument, account }: OrderRef,
    name: Parameters,
  ): Promise<Rows<OrderLookup>> {
    const asOfUs = this.#link.nowUs();
    try {
      const parameters = { symbol: symbolOf(instrument), ...name };
      const read = await this.#link.read('/api/v3/order', parameters, 4, 'guard');
      const shown = orderOf(rowOf(read.body), account, instrument);
      const order = { ...shown, request: { ...shown.request, clientOrderId } };
      this.#link.named(order.venueOrderId, clientOrderId);
      return { value: { type: 'found', order }, asOfUs: read.asOfUs };
    } catch (error) {
      if (error instanceof AccountReadError && error.code === NO_SUCH_ORDER)
        return { value: { type: 'absent' }, asOfUs };
      throw error;
    }
  }

  /** Returns the open orders of one symbol, or of all. */
  async openOrders(symbol?: string, purpose: Purpose = 'audit'): Promise<Rows<readonly VenueOrder[]>> {
    const [parameters, weight] = symbol === undefined ? [{}, 80] : [{ symbol }, 6];
    const { body, asOfUs } = await this.#link.read('/api/v3/openOrders', parameters, weight, purpose);
    const value = rowsOf(body).map((row) =>
      orderOf(row, this.#link.parts.account, this.#link.instrumentOf(textOf(row, 'symbol'))),
    );
    for (const { venueOrderId, request } of value) this.#link.named(venueOrderId, request.clientOrderId);
    return { value, asOfUs };
  }

  /**
   * Returns what is held of each asset, and the assets of our instruments of which nothing is: a row of zero
   * says so, where a row that is missing may be a list that came short.
   */
  async balances(purpose: Purpose = 'audit'): Promise<Rows<readonly VenueBalance[]>> {
    const { body, asOfUs } = await this.#link.read('/api/v3/account', {}, 20, purpose);
    const ours = new Set(this.#link.instruments.flatMap(({ base, quote }) => [base, quote]));
    const value = rowsOf(rowOf(body).balances).flatMap((row) => {
      const [asset, free] = [textOf(row, 'asset'), decimalOf(row, 'free')];
      const total = free.plus(decimalOf(row, 'locked'));
      if (total.isZero() && !ours.has(asset)) return [];
      return [{ account: this.#link.parts.account, asset, total, free }];
    });
    return { value, asOfUs };
  }

  /**
   * Returns what is held of each instrument's base; at which price it came, no read tells. Where two
   * instruments share a base nobody can say which one it is held in.
   */
  async positions(purpose?: Purpose): Promise<Rows<readonly VenuePosition[]>> {
    const { value: balances, asOfUs } = await this.balances(purpose);
    const value = balances.flatMap(({ account, asset, total }) => {
      const [instrument, other] = this.#link.instruments.filter(({ base }) => base === asset);
      if (instrument === undefined) return [];
      if (other !== undefined)
        throw new Error(`${asset} may be held in ${instrument.id} or ${other.id}: list one of the two`);
      return [{ account, instrument: instrument.id, quantity: total, averagePrice: Decimal.zero }];
    });
    return { value, asOfUs };
  }

  /** Spot has no modes; that it is an account of spot is asked. */
  async setup(purpose: Purpose = 'audit'): Promise<Rows<AccountSetup>> {
    const parameters = { omitZeroBalances: 'true' };
    const { body, asOfUs } = await this.#link.read('/api/v3/account', parameters, 20, purpose);
    const type = textOf(rowOf(body), 'accountType');
    if (type !== 'SPOT') throw new Error(`the account is of the type ${type}, not SPOT`);
    return { value: { positionMode: 'one_way', shortSpot: false, instruments: [], objections: [] }, asOfUs };
  }

  /** Returns what is held of an order's two assets, in words. */
  async heldOf({ instrument }: OrderRef): Promise<string> {
    const { value: balances } = await this.balances('look_up');
    const known = this.#link.instruments.find(({ id }) => id === instrument);
    const assets = known === undefined ? balances.map(({ asset }) => asset) : [known.base, known.quote];
    const total = (asset: string) => balances.find((one) => one.asset === asset)?.total ?? '0';
    return assets.map((asset) => `${asset} ${total(asset)}`).join(', ');
  }
}
