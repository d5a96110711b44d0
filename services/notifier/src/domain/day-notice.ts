import { Decimal } from '@algo/model';
import { equityCurvePng } from './equity-curve-png.ts';
import type { DaySummarized } from './notable-fact.ts';
import { amountText, percentText, plain, signedText, toned, type Wording, worded } from './wording.ts';

/** Returns the summary of a day, with its equity curve as a picture. */
export function dayNotice(fact: DaySummarized): Wording {
  const { startEquity, endEquity, currency, realized, fees, trades, wins } = fact;
  const change = endEquity.minus(startEquity);
  const percent = startEquity.isZero()
    ? Decimal.zero
    : change.times(Decimal.of('100')).dividedBy(startEquity, 4, 'half-even');
  const rate = trades === 0 ? 'N/A' : `${Math.round((wins / trades) * 100)} %`;
  const rows = [
    plain('Account', fact.account),
    plain('Equity at start', `${amountText(startEquity)} ${currency}`),
    plain('Equity at end', `${amountText(endEquity)} ${currency}`),
    toned('Change', `${signedText(change)} ${currency} (${percentText(percent)})`, change),
    toned('Realised', `${signedText(realized)} ${currency}`, realized),
    plain('Fees', `${amountText(fees)} ${currency}`),
    plain('Positions closed', String(trades)),
    plain('Of them won', `${wins} (${rate})`),
  ];
  const wording = worded('daily_summary', 'info', `${fact.day}: ${percentText(percent)}`, rows, fact.timeUs);
  const name = `equity-${fact.account}-${fact.day}.png`;
  return { ...wording, picture: { name, mediaType: 'image/png', base64: equityCurvePng(fact.equityCurve) } };
}
