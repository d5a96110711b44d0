import { subjects } from '@algo/contracts';
import { Decimal, isoTime } from '@algo/model';
import { DrawdownList, type TrippedBreaker } from '@algo/read-models';
import type { CliEnvironment } from '../config.ts';
import type { AccessOptions } from '../engine/engine-access.ts';
import { CommandFailure } from '../exit-codes.ts';
import { shortNumber } from '../reading/account-view.ts';
import { printLine } from '../reading/output.ts';
import { readEvents } from '../reading/read-events.ts';
import { openForPerson, type PersonOptions } from './ask-engine.ts';
import { type ConfirmOptions, confirm } from './confirm.ts';
import { askMode } from './control.ts';

const HUNDRED = Decimal.of('100');
const MEASURED_FROM = { daily: 'what the day began with', peak: 'the highest there was' } as const;

/** Lifts a breaker that has tripped: the loss is taken as it is, and the next one is measured from here. */
export async function resetBreaker(
  options: AccessOptions & PersonOptions & ConfirmOptions,
  environment: CliEnvironment,
): Promise<void> {
  await using asked = await openForPerson(options, environment);
  const { bus, account, person } = asked;
  const list = new DrawdownList();
  for await (const { fact } of readEvents(bus, 'RISK', subjects.risk(account))) list.take(fact);
  const { equity } = list;
  const tripped = list.tripped();
  if (tripped.length === 0 || equity === null)
    throw new CommandFailure(
      `No breaker of ${account} has tripped: nothing was asked for. A halt is lifted by \`algo resume\`.`,
    );
  const plan = [
    `resets the breaker of ${account}, and entries pass again:`,
    ...tripped.map(trippedWords),
    `  equity is ${shortNumber(equity)} now; from here on losses are measured from what it is then`,
  ];
  await confirm(plan, options);
  await askMode(asked, { kind: 'account', account }, 'active');
  const { commandId, by, reason } = person;
  await printLine(
    options.json === true
      ? JSON.stringify({ commandId, account, by, reason, equity, tripped })
      : `account:${account} is active; losses are measured from about ${shortNumber(equity)}`,
  );
}

function trippedWords({ measure, drawdown, from, equity, timeUs }: TrippedBreaker): string {
  const percent = drawdown.times(HUNDRED).rounded(2, 'half-even');
  const since = isoTime(timeUs).slice(0, 19).replace('T', ' ');
  const whole = from === null ? '' : `, about ${from}`;
  return (
    `  it tripped at ${since} UTC: equity was ${shortNumber(equity)}, ` +
    `${percent} % below ${MEASURED_FROM[measure]}${whole}`
  );
}
