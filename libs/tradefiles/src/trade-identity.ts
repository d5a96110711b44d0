import { basename, dirname, sep } from 'node:path';
import { InputError, type Instrument, type Market } from '@algo/model';

/** What a file shows of whose trades it holds, beside its path. */
export interface FileEvidence {
  readonly path: string;
  /** What its columns say; none where it has no such column. */
  readonly symbols: readonly string[];
  readonly exchanges: readonly string[];
  /** What its layout shows. */
  readonly market: Market | undefined;
  readonly venue: string | undefined;
}

/** Whose trades a file holds. *Shape*: `symbol` the one to be read where its column has several. */
export interface FileIdentity {
  readonly instrument: Instrument;
  readonly symbol: string | undefined;
  readonly words: readonly string[];
}

/** One piece of evidence, and where it was found. */
interface Found<Value> {
  readonly value: Value;
  readonly where: string;
}

const PERP_WORDS = ['usdm', 'um', 'perp', 'perpetual', 'futures', 'swap', 'linear'];
const INVERSE_WORDS = ['cm', 'coinm', 'inverse', 'delivery'];
const QUOTES = [
  'USDT',
  'USDC',
  'FDUSD',
  'BUSD',
  'TUSD',
  'USD',
  'BTC',
  'ETH',
  'BNB',
  'EUR',
  'GBP',
  'TRY',
  'JPY',
];
/** Parts of a name that are joined to spell a symbol such as BTC-USD. */
const PARTS_MAX = 3;

/**
 * Returns whose trades a file holds. What is told, the columns, the name, its folders and the layout must not
 * contradict each other; a symbol is matched whole, never as a part of another. *Errors*: InputError that
 * names both where two contradict, and the catalog where nothing fits or several do.
 */
export function identityOf(
  evidence: FileEvidence,
  told: Instrument | undefined,
  catalog: readonly Instrument[],
): FileIdentity {
  const name = nameParts(evidence.path);
  refuseOthers(evidence, name);
  const symbol = symbolOf(evidence, name, told, catalog);
  const market = marketOf(evidence, name, told);
  const fitting = (told === undefined ? catalog : [told]).filter(
    (one) =>
      plain(one.symbol) === plain(symbol.value) && (market === undefined || one.market === market.value),
  );
  const venue = venueOf(evidence, name, catalog);
  const there = fitting.filter((one) => one.venue === venue?.value);
  const chosen = there.length > 0 ? there : fitting;
  if (chosen.length !== 1) throw notOne(evidence, symbol, market, chosen, catalog);
  const instrument = chosen[0]!;
  const isElsewhere = venue !== undefined && venue.value !== instrument.venue;
  return {
    instrument,
    symbol:
      evidence.symbols.length > 1
        ? evidence.symbols.find((one) => plain(one) === plain(instrument.symbol))
        : undefined,
    words: isElsewhere
      ? [`trades of ${venue.value} by ${venue.where}, taken for those of ${instrument.id}`]
      : [],
  };
}

/** The parts of a name and its last folders, in small letters. */
interface NameParts {
  readonly base: string;
  readonly parts: readonly string[];
  readonly folders: readonly string[];
}

function nameParts(path: string): NameParts {
  const base = basename(path).replace(/(\.(csv|txt|tsv|gz|zip|zst|parquet|pq))+$/i, '');
  // Bybit's dumps put the date right behind the symbol.
  const parted = base.replace(/^([A-Za-z0-9]*[A-Za-z])(20\d\d-\d\d)/, '$1-$2');
  const parts = parted.split(/[-_.\s]+/).filter((part) => part !== '');
  return { base, parts, folders: dirname(path).toLowerCase().split(sep).slice(-6) };
}

/** Refuses what is of no kind that can be traded here. */
function refuseOthers({ path }: FileEvidence, { base, parts, folders }: NameParts): void {
  const dated = [...base.matchAll(/(?<![A-Za-z0-9])[A-Za-z0-9]+_\d{6}(?=$|[-_.\s])/g)]
    .map(([name]) => name)
    .find((name) => endsWithQuote(name.slice(0, name.indexOf('_'))));
  if (dated !== undefined)
    throw unlike(
      path,
      `it is of ${dated}, a contract that ends on a date`,
      'Only spot and perpetuals can be traded.',
    );
  const futures = folders.lastIndexOf('futures');
  const word = [
    ...parts.map((part) => part.toLowerCase()),
    ...(futures < 0 ? [] : folders.slice(futures + 1)),
  ];
  const inverse = INVERSE_WORDS.find((one) => word.includes(one));
  if (inverse !== undefined)
    throw unlike(
      path,
      `"${inverse}" says that it is of a contract that is paid in coins`,
      'Only spot and linear perpetuals can be traded.',
    );
}

function symbolOf(
  { path, symbols }: FileEvidence,
  name: NameParts,
  told: Instrument | undefined,
  catalog: readonly Instrument[],
): Found<string> {
  const inName = symbolInName(name, catalog);
  const inColumn = symbols.length === 1 ? { value: symbols[0]!, where: 'its column of symbols' } : undefined;
  if (symbols.length > 1) {
    const wanted = told?.symbol ?? inName?.value;
    if (wanted === undefined || !symbols.some((one) => plain(one) === plain(wanted)))
      throw unlike(
        path,
        `it holds several symbols (${symbols.join(', ')})`,
        'Name the one that is meant with --instruments.',
      );
  }
  const all = [
    ...(told === undefined ? [] : [{ value: told.symbol, where: '--instruments' }]),
    ...(inColumn === undefined ? [] : [inColumn]),
    ...(inName === undefined ? [] : [inName]),
  ];
  const [first] = all;
  const other = all.find(({ value }) => plain(value) !== plain(first!.value));
  if (other !== undefined)
    throw unlike(
      path,
      `it is of ${first!.value} by ${first!.where}, and of ${other.value} by ${other.where}`,
      'Name the right file, or give it a name that says what it holds.',
    );
  if (first === undefined)
    throw unlike(
      path,
      `nothing says whose trades it holds (the catalog has ${catalog.map(({ id }) => id).join(', ')})`,
      'Name the instrument of each file with --instruments.',
    );
  return first;
}

/** Whether a word looks like a symbol. */
function endsWithQuote(word: string): boolean {
  return QUOTES.some((quote) => word.length > quote.length + 1 && word.toUpperCase().endsWith(quote));
}

/** The symbol of the catalog that parts of the name spell, else what looks like one. */
function symbolInName({ parts }: NameParts, catalog: readonly Instrument[]): Found<string> | undefined {
  const where = 'its name';
  for (let length = PARTS_MAX; length > 0; length--)
    for (let from = 0; from + length <= parts.length; from++) {
      const spelt = plain(parts.slice(from, from + length).join(''));
      const known = catalog.find(({ symbol }) => plain(symbol) === spelt);
      if (known !== undefined) return { value: known.symbol, where };
    }
  const likely = parts.find(endsWithQuote);
  return likely === undefined ? undefined : { value: likely, where };
}

function marketOf(
  { path, market }: FileEvidence,
  { parts, folders }: NameParts,
  told: Instrument | undefined,
): Found<Market> | undefined {
  const small = parts.map((part) => part.toLowerCase());
  const found: Found<Market>[] = [];
  if (told !== undefined) found.push({ value: told.market, where: '--instruments' });
  if (market !== undefined) found.push({ value: market, where: 'its layout' });
  const perp = small.find((part) => PERP_WORDS.includes(part));
  if (perp !== undefined) found.push({ value: 'perp', where: `"${perp}" in its name` });
  else if (small.includes('spot')) found.push({ value: 'spot', where: '"spot" in its name' });
  const folder = folders.findLast((one) => one === 'spot' || one === 'futures');
  if (folder !== undefined)
    found.push({ value: folder === 'spot' ? 'spot' : 'perp', where: `its folder ${folder}` });
  const [first] = found;
  const other = found.find(({ value }) => value !== first!.value);
  if (other !== undefined)
    throw unlike(
      path,
      `it is of ${first!.value} by ${first!.where}, and of ${other.value} by ${other.where}`,
      'Name the right file, or the instrument that it is of with --instruments.',
    );
  return first;
}

function venueOf(
  { exchanges, venue }: FileEvidence,
  { parts }: NameParts,
  catalog: readonly Instrument[],
): Found<string> | undefined {
  const [exchange] = exchanges;
  if (exchange !== undefined)
    return { value: exchange.toLowerCase().split('-')[0]!, where: 'its column of exchanges' };
  if (venue !== undefined) return { value: venue, where: 'its layout' };
  const venues = new Set(catalog.map((one) => one.venue as string));
  const inName = parts.map((part) => part.toLowerCase()).find((part) => venues.has(part));
  return inName === undefined ? undefined : { value: inName, where: 'its name' };
}

function notOne(
  { path }: FileEvidence,
  symbol: Found<string>,
  market: Found<Market> | undefined,
  fitting: readonly Instrument[],
  catalog: readonly Instrument[],
): InputError {
  const what = `${market === undefined ? '' : `${market.value} `}${symbol.value} by ${symbol.where}`;
  const marketBy = market === undefined ? '' : ` and ${market.where}`;
  if (fitting.length > 1)
    return unlike(
      path,
      `it is of ${what}${marketBy}, which ${fitting.map(({ id }) => id).join(' and ')} are`,
      'Name the one that is meant with --instruments.',
    );
  return unlike(
    path,
    `it is of ${what}${marketBy}, which is not in the catalog (${catalog.map(({ id }) => id).join(', ')})`,
    'Add it to config/instruments.yaml, or name the right file.',
  );
}

function plain(text: string): string {
  return text.toLowerCase().replaceAll(/[-_./\s:]/g, '');
}

function unlike(path: string, because: string, remedy: string): InputError {
  return new InputError({ field: 'file', value: basename(path), because, remedy });
}
