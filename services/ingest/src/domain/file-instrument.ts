import { InputError, type Instrument, type InstrumentId } from '@algo/model';

const FUTURES_WORD = /usdm|perp|futures/i;

/**
 * Returns whose trades a file holds: told by its symbol column, else by a symbol of the catalog inside its
 * name; `usdm`,
 * `perp` or `futures` in the name means the perpetual, else it is spot. *Errors*: InputError that lists the
 * catalog.
 */
export function instrumentOfFile(
  baseName: string,
  symbol: string | undefined,
  catalog: readonly Pick<Instrument, 'id' | 'symbol' | 'market'>[],
): InstrumentId {
  const market = FUTURES_WORD.test(baseName) ? 'perp' : 'spot';
  const plain = (text: string) => text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
  const within = plain(baseName);
  const named = catalog.filter((known) =>
    symbol === undefined ? within.includes(plain(known.symbol)) : plain(known.symbol) === plain(symbol),
  );
  const longest = Math.max(...named.map((known) => plain(known.symbol).length));
  const fitting = named.filter((known) => plain(known.symbol).length === longest && known.market === market);
  if (fitting.length === 1) return fitting[0]!.id;
  const what = symbol === undefined ? 'its name' : `its symbol ${JSON.stringify(symbol)}`;
  const found = fitting.length === 0 ? `no ${market} instrument` : fitting.map(({ id }) => id).join(' and ');
  throw new InputError({
    field: '--feed',
    value: baseName,
    because: `${what} means ${found} of the catalog (${catalog.map(({ id }) => id).join(', ')})`,
    remedy: 'Name the instrument of each file with --instruments, or add it to config/instruments.yaml.',
  });
}
