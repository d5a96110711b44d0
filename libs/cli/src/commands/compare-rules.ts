import { InputError, type Instrument, joinTrades, RULE_SETS, type TradeColumns } from '@algo/model';
import { SeededRandom } from '@algo/simulation';
import { randomWalk, shuffledSides } from '../analysis/null-tapes.ts';
import { recordedTrades } from '../analysis/recorded-trades.ts';
import { type ComparedRule, compareRule, type Estimate } from '../analysis/rule-comparison.ts';
import { RuleFirings, type RuleRecord } from '../analysis/rule-firings.ts';
import type { CliEnvironment } from '../config.ts';
import { alignedRows, printLine } from '../reading/output.ts';

/** What was typed. */
export interface CompareRulesOptions {
  readonly data?: readonly string[];
  readonly instrument?: string;
  readonly rules?: string;
  readonly seeds?: string;
  readonly feeBp?: string;
  readonly json?: boolean;
}

/** Of more the whole tape would not fit beside its nulls. */
const TRADES_MAX = 20_000_000;
const SEEDS_MAX = 20;
/** Of a round trip that takes on both sides, at the lowest tier of large exchanges. *Units*: basis points. */
const USUAL_FEE_BP = 10;

/**
 * `algo rules compare`: how often each rule fires on a tape, on the same trades with their sides shuffled,
 * and on a random walk of the same volatility; and what the price did behind it, after fees.
 */
export async function compareRules(options: CompareRulesOptions, environment: CliEnvironment): Promise<void> {
  const rules = RULE_SETS.find((set) => set === (options.rules ?? 'classic'));
  if (rules === undefined)
    throw new InputError({
      field: '--rules',
      value: options.rules ?? '',
      because: 'no such set of rules',
      remedy: `Name one of ${RULE_SETS.join(', ')}.`,
    });
  const seeds = numberIn('--seeds', options.seeds ?? '3', 1, SEEDS_MAX);
  const feeBp = numberIn('--fee-bp', options.feeBp ?? String(USUAL_FEE_BP), 0, 1_000);
  if (options.data === undefined)
    throw new InputError({
      field: '--data',
      value: '',
      because: 'no file of trades is named',
      remedy: 'Name one or more: --data trades.csv.gz',
    });
  const { instrument, tape } = await wholeTape(options.data, options.instrument, environment);
  const run = (of: TradeColumns) => byName(new RuleFirings(rules).take(of, instrument));
  const step = instrument.priceTick.toNumber();
  const random = (seed: number, name: string) => SeededRandom.seeded(seed).stream(name);
  const each = Array.from({ length: seeds }, (_, i) => i + 1);
  const real = run(tape);
  const shuffled = each.map((seed) => run(shuffledSides(tape, random(seed, 'sides'))));
  const walk = each.map((seed) => run(randomWalk(tape, step, random(seed, 'walk'))));
  const names = new Set([real, ...shuffled, ...walk].flatMap((records) => [...records.keys()]));
  const compared = [...names].map((name) => {
    const of = (records: ReadonlyMap<string, RuleRecord>) => records.get(name);
    return compareRule(name, of(real), shuffled.map(of), walk.map(of), tape);
  });
  // What fires on noise as on data is shown first.
  const sorted = compared.toSorted((a, b) => Number(a.tells) - Number(b.tells));
  if (options.json === true) {
    for (const rule of sorted) await printLine(JSON.stringify({ ...rule, rules, feeBp }));
    return;
  }
  for (const line of alignedRows(tableOf(sorted, feeBp))) await printLine(line);
  const noise = sorted.filter(({ tells }) => !tells).length;
  await printLine(`\n${noise} of ${sorted.length} rules fire on noise as often as on this tape.`);
}

function tableOf(rules: readonly ComparedRule[], feeBp: number): string[][] {
  const head = [
    'rule',
    'tells',
    'an hour',
    'sides shuffled',
    'random walk',
    'of the time',
    'shuffled',
    'walk',
  ];
  const ahead = rules.find(({ returns }) => returns.length > 0)?.returns ?? [];
  return [
    [...head, ...ahead.map(({ afterS }) => `bp after ${afterS} s less ${feeBp}`)],
    ...rules.map(({ name, tells, real, shuffled, walk, returns }) => [
      ...[name, tells ? 'yes' : 'NO'],
      ...[real, shuffled, walk].map(({ perHour }) => words(perHour)),
      ...[real, shuffled, walk].map(({ share }) => (share === null ? '' : `${words(scaled(share, 100))} %`)),
      ...returns.map(({ points }) => words(moved(points, -feeBp))),
    ]),
  ];
}

/** Says a number with how far it may be off. */
function words({ mean, high }: Estimate): string {
  return `${mean.toFixed(2)} ± ${Number.isFinite(high) ? (high - mean).toFixed(2) : '?'}`;
}

function scaled({ mean, low, high }: Estimate, by: number): Estimate {
  return { mean: mean * by, low: low * by, high: high * by };
}

function moved({ mean, low, high }: Estimate, by: number): Estimate {
  return { mean: mean + by, low: low + by, high: high + by };
}

function byName(records: readonly RuleRecord[]): ReadonlyMap<string, RuleRecord> {
  return new Map(records.map((record) => [record.name, record]));
}

/** Reads all trades of the one instrument of some files. *Errors*: InputError in the words typed. */
async function wholeTape(
  data: readonly string[],
  named: string | undefined,
  environment: CliEnvironment,
): Promise<{ readonly instrument: Instrument; readonly tape: TradeColumns }> {
  const pieces: TradeColumns[] = [];
  let instrument: Instrument | undefined;
  let count = 0;
  const refused = (value: string | number, because: string, remedy: string) =>
    new InputError({ field: '--data', value, because, remedy });
  for await (const piece of recordedTrades(data, named, environment)) {
    if (instrument !== undefined && piece.instrument.id !== instrument.id)
      throw refused(`${instrument.id}, ${piece.instrument.id}`, 'two instruments', 'Compare one at a time.');
    instrument = piece.instrument;
    count += piece.trades.count;
    if (count > TRADES_MAX)
      throw refused(count, `more than ${TRADES_MAX} trades`, 'Give fewer files: a few days tell enough.');
    pieces.push(piece.trades);
  }
  if (instrument === undefined || count === 0)
    throw refused(data.join(' '), 'no trade in it', 'Name a file with trades of one instrument.');
  return { instrument, tape: joinTrades(instrument.id, pieces, count) };
}

function numberIn(field: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < min || value > max)
    throw new InputError({
      field,
      value: text,
      because: `not a whole number from ${min} to ${max}`,
      remedy: `Write such a number, or leave ${field} out.`,
    });
  return value;
}
