import type { Decimal } from '@algo/model';
import type { Asked } from '../binance-account/endpoint.ts';
import { fixed } from '../binance-account/fixed-text.ts';

/** Coins that came or went. *Units*: ms; below 0 what went. */
export interface Transfer {
  readonly id: number;
  readonly account: string;
  readonly asset: string;
  readonly amount: Decimal;
  readonly timeMs: number;
}

const LIMIT = 1_000;

/**
 * What moved coins without a trade, as the wallet's histories tell it: none is charged, no network is waited
 * for. *Source*: wallet/capital/deposite-history.md, withdraw-history.md, wallet/asset/dust-log.md,
 * assets-divided-record.md of the venue's documents; unverified against the exchange itself.
 */
export class SpotWallet {
  readonly #transfers: Transfer[] = [];

  note(account: string, asset: string, amount: Decimal, timeMs: number): void {
    this.#transfers.push({ id: this.#transfers.length + 1, account, asset, amount, timeMs });
  }

  of(account: string): readonly Transfer[] {
    return this.#transfers.filter((each) => each.account === account);
  }

  readonly deposits = (asked: Asked): unknown =>
    this.#of(asked, false).map(({ id, asset, amount, timeMs }) => ({
      ...{ id: `${id}`, amount: fixed(amount), coin: asset, network: 'ETH', status: 1, address: '0x0' },
      ...{ addressTag: '', txId: `tx${id}`, insertTime: timeMs, transferType: 0, confirmTimes: '1/1' },
      ...{ unlockConfirm: 1, walletType: 0 },
    }));

  readonly withdrawals = (asked: Asked): unknown =>
    this.#of(asked, true).map(({ id, asset, amount, timeMs }) => ({
      ...{ id: `${id}`, amount: fixed(amount.negated()), transactionFee: '0', coin: asset, status: 6 },
      ...{ address: '0x0', txId: `tx${id}`, applyTime: written(timeMs), network: 'ETH', transferType: 0 },
      ...{ info: '', confirmNo: 1, walletType: 0, txKey: '' },
    }));

  /** Nobody turns dust into BNB here. */
  readonly dust = (): unknown => ({ total: 0, userAssetDribblets: [] });

  /** Nobody gives rewards. */
  readonly rewards = (): unknown => ({ rows: [], total: 0 });

  /** The newest first, as the venue shows them. */
  #of({ account, parameters, viewMs }: Asked, isOut: boolean): Transfer[] {
    const [startMs, endMs] = [parameters.timeMs('startTime') ?? 0, parameters.timeMs('endTime') ?? viewMs];
    return this.#transfers
      .filter((each) => each.account === account && each.amount.isNegative() === isOut)
      .filter(({ timeMs }) => timeMs >= startMs && timeMs <= endMs)
      .toReversed()
      .slice(0, parameters.limit(LIMIT, LIMIT));
  }
}

/** A time as that history writes it: UTC, `2019-10-12 11:12:02`. */
function written(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 19).replace('T', ' ');
}
