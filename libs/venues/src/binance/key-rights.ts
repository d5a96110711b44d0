import { type AccountLink, AccountReadError } from './account-link.ts';
import { flagOf, type Row, rowOf } from './rows.ts';

/** Which right of a key lets it trade in a market, and how people call that. */
export interface TradingRight {
  readonly flag: string;
  readonly words: string;
}

/** What a key may do that it must not, or may not do that it must. */
export interface RightProblem {
  readonly what: string;
  readonly remedy: string;
}

/** They tell the rights of no key; what is lost there is play money. */
const TESTNETS: ReadonlySet<string> = new Set([
  'https://testnet.binance.vision',
  'https://demo-api.binance.com',
  'https://testnet.binancefuture.com',
  'https://demo-fapi.binance.com',
]);

/** Returns what is wrong with the rights of a key; null at a testnet. *Errors*: AccountReadError. */
export async function rightProblems(
  link: AccountLink,
  right: TradingRight,
): Promise<readonly RightProblem[] | null> {
  if (TESTNETS.has(link.parts.restUrl)) return null;
  await link.time.ready();
  const { body } = await link.read('/sapi/v1/account/apiRestrictions', {}, 1, 'look_up');
  return problemsOf(rowOf(body), right);
}

function problemsOf(row: Row, { flag, words }: TradingRight): readonly RightProblem[] {
  const judged: readonly (RightProblem & { readonly isSo: boolean })[] = [
    { isSo: !flagOf(row, 'enableReading'), what: 'it may not read', remedy: 'Give it the right to read.' },
    {
      isSo: flagOf(row, 'enableWithdrawals'),
      what: 'it may withdraw',
      remedy: 'Take that right from it: whoever steals it takes all.',
    },
    {
      isSo: !flagOf(row, 'ipRestrict'),
      what: 'it may be used from anywhere',
      remedy: 'Bind it to the address of this machine.',
    },
    {
      isSo: !flagOf(row, flag),
      what: `it may not trade ${words}`,
      remedy: `Give it the right to trade ${words}.`,
    },
  ];
  return judged.filter(({ isSo }) => isSo).map(({ what, remedy }) => ({ what, remedy }));
}

/** How long an answer stands, and how long a good one when none comes any more. *Units*: ms. */
const [STANDS_MS, STANDS_AT_MOST_MS] = [10 * 60_000, 24 * 3_600_000];

/** Watches the rights of the key that an account is traded with, asked for rarely. */
export class KeyRights implements AsyncDisposable {
  readonly #link: AccountLink;
  readonly #right: TradingRight;
  readonly #isOwnLink: boolean;
  #told: { readonly objections: readonly string[]; readonly atMs: number } | undefined;

  /** `isOwnLink`: nobody else uses the link, so it ends with this. */
  constructor(link: AccountLink, right: TradingRight, isOwnLink: boolean = false) {
    this.#link = link;
    this.#right = right;
    this.#isOwnLink = isOwnLink;
  }

  /** Returns what stands against trading with the key, in words; nothing where all is well. */
  async objections(): Promise<readonly string[]> {
    const nowMs = this.#link.parts.clock.monotonicMs();
    const told = this.#told;
    if (told !== undefined && nowMs - told.atMs < STANDS_MS) return told.objections;
    try {
      const problems = (await rightProblems(this.#link, this.#right)) ?? [];
      const objections = problems.map(({ what, remedy }) => `the key of the account: ${what}. ${remedy}`);
      this.#told = { objections, atMs: nowMs };
      return objections;
    } catch (error) {
      if (!(error instanceof AccountReadError)) throw error;
      // Its venue says nothing just now: what it said stands for a day.
      if (told !== undefined && nowMs - told.atMs < STANDS_AT_MOST_MS) return told.objections;
      return [`the rights of the key were not told: ${error.message}`];
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isOwnLink) await this.#link[Symbol.asyncDispose]();
  }
}
