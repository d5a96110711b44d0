import { type CashMove, type CashReason, type Decimal, type TimeUs, US_PER_MS } from '@algo/model';
import type { AccountLink, Rows } from '../binance/account-link.ts';
import { decimalOf, oneOf, type Row, rowOf, rowsOf, textOf, wholeOf } from '../binance/rows.ts';

const PAGE = 1_000;
const RECORDS = 500;
/** An interval of these histories may not be longer. */
const DAYS_MAX_MS = 89 * 86_400_000;
/** Deposits that count: credited, and done. Withdrawals that don't: canceled, rejected, failed. */
const CREDITED = [1, 6];
const UNDONE = [1, 3, 5];

/**
 * Returns all that no trade moved since a time, oldest first: deposits, withdrawals, dust that became BNB,
 * rewards. *Errors*: rejects where one of the histories did not answer, or was too long.
 * *Source*: the venue's wallet documents; unverified against the exchange itself.
 */
export async function spotCashSince(link: AccountLink, sinceUs: TimeUs): Promise<Rows<readonly CashMove[]>> {
  const sinceMs = Math.floor(sinceUs / US_PER_MS);
  const nowMs = link.nowUs() / US_PER_MS;
  if (nowMs - sinceMs > DAYS_MAX_MS)
    throw new Error(`histories of cash reach back ${DAYS_MAX_MS / 86_400_000} days at most`);
  const asked = { startTime: `${sinceMs}`, endTime: `${Math.ceil(nowMs)}` };
  const rowsIn = async (path: string, more: Readonly<Record<string, string>>, list?: string) => {
    const { body } = await link.read(path, { ...asked, ...more }, 1, 'audit');
    const rows = rowsOf(list === undefined ? body : rowOf(body)[list]);
    const most = Number(more.limit ?? RECORDS);
    if (rows.length >= most) throw new Error(`${path}: ${most} rows and perhaps more`);
    return rows;
  };
  const deposits = await rowsIn('/sapi/v1/capital/deposit/hisrec', { limit: `${PAGE}` });
  const withdrawals = await rowsIn('/sapi/v1/capital/withdraw/history', { limit: `${PAGE}` });
  const dust = await rowsIn('/sapi/v1/asset/dribblet', {}, 'userAssetDribblets');
  const rewards = await rowsIn('/sapi/v1/asset/assetDividend', { limit: `${RECORDS}` }, 'rows');
  const move = (
    id: string,
    asset: string,
    amount: Decimal,
    reason: CashReason,
    timeUs: TimeUs,
  ): CashMove => ({
    ...{ venueMoveId: id, account: link.parts.account, asset, amount, reason, timeUs },
  });
  const moves = [
    ...deposits
      .filter((row) => CREDITED.includes(wholeOf(row, 'status')))
      .map((row) =>
        move(
          ...([`deposit-${textOf(row, 'id')}`, textOf(row, 'coin'), decimalOf(row, 'amount')] as const),
          ...(['deposit', wholeOf(row, 'insertTime') * US_PER_MS] as const),
        ),
      ),
    ...withdrawals
      .filter((row) => !UNDONE.includes(wholeOf(row, 'status')))
      .map((row) =>
        move(
          ...([`withdrawal-${textOf(row, 'id')}`, textOf(row, 'coin'), withdrawn(row)] as const),
          ...(['withdrawal', writtenUs(row, 'applyTime')] as const),
        ),
      ),
    ...dust.flatMap(dustMoves).map(([id, asset, amount, timeUs]) => move(id, asset, amount, 'other', timeUs)),
    ...rewards.map((row) =>
      move(
        ...([`reward-${wholeOf(row, 'id')}`, textOf(row, 'asset'), decimalOf(row, 'amount')] as const),
        ...(['other', wholeOf(row, 'divTime') * US_PER_MS] as const),
      ),
    ),
  ];
  return { value: moves.toSorted((a, b) => a.timeUs - b.timeUs), asOfUs: nowMs * US_PER_MS };
}

/** What left: the amount, and the fee beside it unless it was taken out of the amount. */
function withdrawn(row: Row): Decimal {
  const fee = decimalOf(row, 'transactionFee');
  return decimalOf(row, 'amount').plus(fee).negated();
}

/** One conversion is two moves for each asset: what went, and the BNB that came. */
function dustMoves(row: Row): readonly (readonly [string, string, Decimal, TimeUs])[] {
  return rowsOf(row.userAssetDribbletDetails).flatMap((detail) => {
    const timeUs = wholeOf(detail, 'operateTime') * US_PER_MS;
    const [asset, id] = [textOf(detail, 'fromAsset'), `dust-${wholeOf(detail, 'transId')}`];
    const gone = decimalOf(detail, 'amount').negated();
    const came = decimalOf(detail, 'transferedAmount');
    return [
      [`${id}-${asset}`, asset, gone, timeUs] as const,
      [`${id}-${asset}-BNB`, 'BNB', came, timeUs] as const,
    ];
  });
}

/** A time as that history writes it: UTC, `2019-10-12 11:12:02`. */
function writtenUs(row: Row, field: string): TimeUs {
  const text = textOf(row, field);
  const ms = Date.parse(`${text.replace(' ', 'T')}Z`);
  if (Number.isNaN(ms)) return oneOf(row, field, {});
  return ms * US_PER_MS;
}
