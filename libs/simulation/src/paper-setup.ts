import {
  type AccountId,
  type AccountSetup,
  type ContractSetup,
  type InstrumentId,
  MARKET_TRAITS,
  type OrderRequest,
  type TimeUs,
} from '@algo/model';
import type { PaperLedger } from './paper-ledger.ts';
import type { PaperSettings } from './paper-settings.ts';
import { passes } from './passes.ts';
import { SeededRandom } from './seeded-random.ts';

/** What somebody may set a leverage to. */
const LEVERAGES = [1, 2, 5, 10, 20];
/** How often somebody sets all back to what it was at first. */
const BACK_SHARE = 0.4;

/** What is held and ordered. */
interface WorkingBooks {
  readonly ledger: Pick<PaperLedger, 'accounts' | 'quantity'>;
  openOrders(account: AccountId): readonly { readonly request: Pick<OrderRequest, 'instrument'> }[];
}

/** How accounts are set up, as the settings have it at first, and then as somebody changes it by hand. */
export class PaperSetup {
  private readonly books: WorkingBooks;
  private readonly everyS: number;
  private readonly random: SeededRandom;
  private readonly first: AccountSetup;
  private readonly changed = new Map<AccountId, AccountSetup>();

  constructor({ instruments, seed, vices }: PaperSettings, books: WorkingBooks) {
    this.books = books;
    this.everyS = vices.setupEveryS;
    this.random = SeededRandom.seeded(seed).stream('setup');
    const contracts = instruments.filter(({ market }) => !MARKET_TRAITS[market].deliversBase);
    this.first = {
      positionMode: 'one_way',
      shortSpot: vices.spotNoShort === 0,
      objections: [],
      instruments: contracts.map(({ id }) => ({ instrument: id, marginMode: 'cross', leverage: 1 })),
    };
  }

  /** Returns how an account is set up now. */
  of(account: AccountId): AccountSetup {
    return this.changed.get(account) ?? this.first;
  }

  snapshot(): ReadonlyMap<AccountId, AccountSetup> {
    return new Map(this.changed);
  }

  restore(changed: ReadonlyMap<AccountId, AccountSetup>): void {
    for (const [account, setup] of changed) this.changed.set(account, setup);
  }

  /** Returns whether an order says too little: which of two positions of a contract it is of. */
  lacksSide(account: AccountId, instrument: InstrumentId): boolean {
    const { positionMode, instruments } = this.of(account);
    return positionMode === 'hedge' && instruments.some((one) => one.instrument === instrument);
  }

  /** Lets somebody change it as the exchange's clock goes on: once, however many times have passed by. */
  advance(fromUs: TimeUs, toUs: TimeUs): void {
    if (!passes(this.everyS, fromUs, toUs)) return;
    for (const account of this.books.ledger.accounts) {
      const draw = this.random.stream(`${account}/${toUs}`);
      const setup = this.of(account);
      const chosen = setup.instruments[draw.below(Math.max(1, setup.instruments.length))];
      if (chosen === undefined) continue;
      const isIdle = setup.instruments.every(({ instrument }) => this.isIdle(account, instrument));
      if (draw.chance(BACK_SHARE)) {
        if (isIdle) this.changed.delete(account);
        continue;
      }
      const kind = draw.below(3);
      const leverage = LEVERAGES[draw.below(LEVERAGES.length)]!;
      // As at real exchanges, the modes of what is held or ordered can't be changed.
      if (kind === 0 && isIdle) this.changed.set(account, { ...setup, positionMode: otherMode(setup) });
      else if (kind === 1 && this.isIdle(account, chosen.instrument))
        this.set(account, { ...chosen, marginMode: chosen.marginMode === 'cross' ? 'isolated' : 'cross' });
      else this.set(account, { ...chosen, leverage });
    }
  }

  private set(account: AccountId, contract: ContractSetup): void {
    const setup = this.of(account);
    const instruments = setup.instruments.map((one) =>
      one.instrument === contract.instrument ? contract : one,
    );
    this.changed.set(account, { ...setup, instruments });
  }

  private isIdle(account: AccountId, instrument: InstrumentId): boolean {
    const isOrdered = this.books.openOrders(account).some(({ request }) => request.instrument === instrument);
    return !isOrdered && this.books.ledger.quantity(account, instrument).isZero();
  }
}

function otherMode({ positionMode }: AccountSetup): AccountSetup['positionMode'] {
  return positionMode === 'hedge' ? 'one_way' : 'hedge';
}
