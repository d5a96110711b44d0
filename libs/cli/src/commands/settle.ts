import { subjects } from '@algo/contracts';
import {
  type BookRepair,
  type CorrectionMade,
  type EntryStanding,
  type InstrumentId,
  instrumentId,
} from '@algo/model';
import { correctionWords, differenceIn, entryLines, isPassed } from '@algo/read-models';
import type { CliEnvironment } from '../config.ts';
import type { AccessOptions } from '../engine/engine-access.ts';
import { CommandFailure } from '../exit-codes.ts';
import {
  type AccountView,
  openIn,
  ownIn,
  readAccount,
  shortId,
  shortNumber,
} from '../reading/account-view.ts';
import { printLine } from '../reading/output.ts';
import { silentWords } from '../reading/silent-services.ts';
import {
  expiryUs,
  fromNow,
  hearUntil,
  obey,
  openForPerson,
  type PersonOptions,
  type Steering,
} from './ask-engine.ts';
import { compareBooks } from './compare-books.ts';
import { type ConfirmOptions, confirm } from './confirm.ts';
import { reportLines } from './reconcile.ts';
import { instrumentNamed, planOf, type SetupChanges, type Wanted, wantedIn } from './settle-plan.ts';

/** Execution has said a correction before it answers; position-risk follows within a moment. */
const FOLLOW_MAX_MS = 10_000;

export type SettleOptions = AccessOptions & PersonOptions & ConfirmOptions;

/**
 * Settles what our books of an instrument and the exchange's differ in, as a person says: compares them
 * first, asks, and compares them once more.
 */
export async function settle(
  how: BookRepair,
  name: string,
  options: SettleOptions,
  environment: CliEnvironment,
): Promise<void> {
  await using asked = await openForPerson(options, environment);
  const { bus, account, person } = asked;
  const report = await comparedOr(asked, false, 'Nothing was changed: the books are compared first.');
  if (!isPassed(report))
    throw new CommandFailure(`The comparison failed: ${report.reasons.join('; ')}. Nothing was changed.`);
  const view = await readAccount(bus, account);
  const setups = await setupChanges(asked);
  const wanted = wantedIn(how, instrumentNamed(name, report, view, setups), report, view, setups);
  await confirm(await planOf(asked, view, wanted, environment), options);
  const { instrument } = wanted;
  const correction = await corrected(asked, wanted);
  const told = await followed(asked, wanted);
  const words = [`${instrument}: ${correctionWords(correction)}`, ...heldLines(told.view, instrument)];
  if (options.json !== true) for (const line of words) await printLine(line);
  const again = await comparedOr(asked, true, 'The books are corrected, and not compared again.');
  const isSettled = isPassed(again) && differenceIn(again, instrument) === undefined;
  if (options.json === true) {
    const { commandId, by, reason } = person;
    const of = { commandId, account, instrument, how, by, reason };
    await printLine(JSON.stringify({ ...of, ...wanted, correction, guarded: told.isDone, isSettled }));
  } else {
    for (const line of reportLines(again, false)) await printLine(line);
    for (const line of await stillLimited(asked, instrument)) await printLine(line);
  }
  const silent =
    `position-risk has not followed within ${FOLLOW_MAX_MS / 1_000} s: ` +
    'until it does, its position and stop stay as they were; see `algo positions`.';
  const failed = [
    ...(told.isDone ? [] : [silent, ...(await silentWords(bus, account, ['position-risk']))]),
    ...(isSettled ? [] : [`${instrument} still differs: see \`algo reconcile\`.`]),
  ];
  if (failed.length > 0) throw new CommandFailure(failed.join('\n'));
}

/** Compares the books; where that fails, these words say first what that means. */
async function comparedOr(asked: Steering, dryRun: boolean, means: string) {
  return compareBooks(asked, dryRun).catch((error: unknown) => {
    if (error instanceof CommandFailure) throw new CommandFailure(`${means}\n${error.message}`);
    throw error;
  });
}

/** Has the books corrected. *Errors*: CommandFailure when it is refused, or nobody answers. */
async function corrected(
  { bus, account, person }: Steering,
  { instrument, how }: Wanted,
): Promise<CorrectionMade> {
  const place = await fromNow(bus, 'ORDERS', `ord.evt.${account}.>`);
  const of = { account, instrument, how, expiresWallUs: await expiryUs(bus) };
  const body = { type: 'CorrectBooks', ...person, ...of } as const;
  await obey(bus, account, { name: 'CorrectBooks', body });
  const said: { correction?: CorrectionMade } = {};
  const isIt: Parameters<typeof hearUntil>[2] = (fact) => {
    if (fact.name !== 'CorrectionMade' || fact.body.commandId !== person.commandId) return false;
    said.correction = fact.body;
    return true;
  };
  await hearUntil(bus, place, isIt, FOLLOW_MAX_MS);
  if (said.correction !== undefined) return said.correction;
  throw new CommandFailure('Obeyed, and no correction was heard of: see `algo journal`.');
}

/** Waits until position-risk holds what our books say now, and returns the account as it is then. */
async function followed(
  { bus, account }: Steering,
  { instrument, after }: Wanted,
): Promise<{ readonly isDone: boolean; readonly view: AccountView }> {
  const place = await fromNow(bus, 'POSITIONS', `pos.evt.${account}.>`, `pos.dust.${account}.>`);
  const view = await readAccount(bus, account);
  const isThere = () => ownIn(view, instrument).equals(after.own);
  const take: Parameters<typeof hearUntil>[2] = (fact) => {
    view.positions.take(fact);
    view.dust.take(fact);
    return isThere();
  };
  const isDone = isThere() || (await hearUntil(bus, place, take, FOLLOW_MAX_MS));
  return { isDone, view };
}

function heldLines(view: AccountView, instrument: InstrumentId): string[] {
  return openIn(view)
    .filter(({ position }) => position.instrument === instrument)
    .map(({ position: { id, direction, quantity, averagePrice }, stop }) => {
      const guard = stop === null ? 'no stop yet' : `stop at ${stop}`;
      return `position ${shortId(id)}: ${direction} ${quantity} at ${shortNumber(averagePrice)}, ${guard}`;
    });
}

/** Returns why entries do not pass, as execution said last; undefined before it said anything. */
async function standingOf({ bus, account }: Steering): Promise<EntryStanding | undefined> {
  const said = (await bus.last('ORDERS', subjects.entryStanding(account)))?.fact;
  return said?.name === 'EntryStanding' ? said.body : undefined;
}

/** Returns what of contracts is set up otherwise than it was. */
async function setupChanges(asked: Steering): Promise<SetupChanges> {
  const causes = (await standingOf(asked))?.causes ?? [];
  const changes = new Map<InstrumentId, string>();
  for (const { code, scope, detail } of causes)
    if (code === 'ACCOUNT_SETUP' && scope.kind === 'instrument')
      changes.set(instrumentId(scope.instrument), detail);
  return changes;
}

/** Returns what a person must lift besides, since a halt outlives its cause. */
async function stillLimited(asked: Steering, instrument: InstrumentId): Promise<string[]> {
  const standing = await standingOf(asked);
  const causes = (standing?.causes ?? []).filter(
    ({ scope, lift }) => lift === 'person' && scope.kind === 'instrument' && scope.instrument === instrument,
  );
  return standing === undefined || causes.length === 0 ? [] : entryLines({ ...standing, causes, more: 0 });
}
