import { subjects } from '@algo/contracts';
import { accountId, US_PER_HOUR, US_PER_MINUTE, US_PER_MS } from '@algo/model';
import type { CliEnvironment } from '../config.ts';
import { type AccessOptions, accountOf, openEngine } from '../engine/engine-access.ts';
import { OrderLatency, type StageLatency } from '../reading/order-latency.ts';
import { alignedRows, printLine } from '../reading/output.ts';
import { readEvents } from '../reading/read-events.ts';
import { momentOf } from '../reading/stored-range.ts';

const AGO = /^(\d{1,4})([mhd])$/;
const UNITS_US: Readonly<Record<string, number>> = {
  ...{ m: US_PER_MINUTE, h: US_PER_HOUR, d: 24 * US_PER_HOUR },
};

/** Prints how long the orders of an account took from stage to stage; of all accounts where none is named. */
export async function latency(
  options: AccessOptions & { readonly json?: boolean; readonly since?: string },
  environment: CliEnvironment,
): Promise<void> {
  const sinceUs = options.since === undefined ? 0 : sinceOf(options.since);
  await using access = await openEngine(options, environment);
  const { bus, engine } = access;
  const accounts =
    options.account === undefined ? engine.accounts.map(accountId) : [accountOf(engine, options.account)];
  const rows: string[][] = [['account', 'stage', 'orders', 'p50 ms', 'p99 ms', 'max ms']];
  for (const account of accounts) {
    const took = new OrderLatency(sinceUs);
    const families = [subjects.orderCommand(account), `ord.evt.${account}.>`, subjects.orderTime(account)];
    for (const family of families)
      for await (const message of readEvents(bus, 'ORDERS', family)) took.take(message);
    for (const stage of took.stages()) {
      if (options.json === true) await printLine(JSON.stringify({ account, ...stage }));
      else rows.push(rowOf(account, stage));
    }
  }
  if (options.json === true) return;
  if (rows.length > 1) for (const line of alignedRows(rows)) await printLine(line);
  else {
    const since = options.since === undefined ? '' : ` since ${options.since}`;
    await printLine(`no order of ${accounts.join(', ')} was sent${since}: there is nothing to measure`);
  }
}

function rowOf(account: string, { stage, orders, p50, p99, max }: StageLatency): string[] {
  return [account, stage, `${orders}`, ...[p50, p99, max].map((ms) => ms.toFixed(ms < 10 ? 2 : 0))];
}

/** *Errors*: InputError in the words typed. */
function sinceOf(text: string): number {
  const [, count, unit] = AGO.exec(text) ?? [];
  if (count === undefined) return momentOf('--since', text);
  return Date.now() * US_PER_MS - Number(count) * UNITS_US[unit!]!;
}
