import { serviceOf } from '@algo/runtime';

/** One row of the table: a process and what it counts. */
export interface ServiceRow {
  readonly instance: string;
  readonly state: string;
  readonly pid: number | null;
  readonly restarts: number;
  readonly rssBytes: number;
  readonly counters: Readonly<Record<string, number>>;
  /** Why it isn't ready, or what it says of itself. */
  readonly note: string;
}

/** Everything the table shows. */
export interface EngineFrame {
  readonly title: string;
  readonly services: readonly ServiceRow[];
  readonly totals: Readonly<Record<string, string>>;
  readonly lastEvent: string;
  readonly notes: readonly string[];
}

export interface TableLook {
  readonly columns: number;
  readonly color: boolean;
}

/** Counters worth a place in the table, by service, in this order; named as they are said there. */
const SHOWN: Readonly<Record<string, readonly (readonly [counter: string, label: string])[]>> = {
  ingest: [
    ['accepted', 'trades'],
    ['tradesPerSecond', 'trades/s'],
    ['refused', 'refused'],
    ['gaps', 'gaps'],
  ],
  analytics: [
    ['trades', 'trades'],
    ['stored', 'stored'],
    ['candles', 'candles'],
    ['signals', 'signals'],
  ],
  decision: [
    ['signals', 'signals'],
    ['accepted', 'accepted'],
    ['refused', 'refused'],
  ],
  execution: [
    ['submitted', 'orders'],
    ['filled', 'filled'],
    ['denied', 'denied'],
    ['openOrders', 'working'],
  ],
  'position-risk': [
    ['open', 'open'],
    ['closed', 'closed'],
    ['stopsMoved', 'stop moves'],
  ],
  'paper-venue': [
    ['orders', 'orders'],
    ['fills', 'fills'],
  ],
  notifier: [
    ['sent', 'sent'],
    ['waiting', 'waiting'],
  ],
};

const HEADINGS = ['service', 'state', 'pid', 'restarts', 'memory', 'counts'];

/** Returns the lines of the status table, each within the terminal's width. */
export function renderTable(frame: EngineFrame, look: TableLook): string[] {
  const rows = frame.services.map((row) => [
    row.instance,
    row.state,
    row.pid === null ? '-' : String(row.pid),
    String(row.restarts),
    row.rssBytes > 0 ? `${Math.round(row.rssBytes / 1_048_576)} MB` : '-',
    countsOf(row),
  ]);
  const widths = HEADINGS.map((heading, i) => Math.max(heading.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) =>
        i === cells.length - 1
          ? cell
          : i >= 2 && i <= 4
            ? cell.padStart(widths[i]!)
            : cell.padEnd(widths[i]!),
      )
      .join('  ')
      .trimEnd();
  const totals = Object.entries(frame.totals).map(([label, value]) => `${label} ${value}`);
  const cut = (text: string) =>
    text.length <= look.columns ? text : `${text.slice(0, Math.max(0, look.columns - 1))}…`;
  return [
    paint(cut(frame.title), 'bold', look),
    paint(cut(line(HEADINGS)), 'dim', look),
    ...frame.services.map((row, i) => paint(cut(line(rows[i]!)), colorOf(row.state), look)),
    cut(totals.join('   ')),
    ...(frame.lastEvent === '' ? [] : [cut(`last: ${frame.lastEvent}`)]),
    ...frame.notes.map((note) => paint(cut(note), 'yellow', look)),
  ];
}

/** Returns a service's counts as one text: the known ones by name, or all of an unknown service. */
export function countsOf(row: ServiceRow): string {
  const shown =
    SHOWN[serviceOf(row.instance)] ?? Object.keys(row.counters).map((name) => [name, name] as const);
  const counts = shown
    .filter(([name]) => row.counters[name] !== undefined)
    .map(([name, label]) => `${label} ${grouped(row.counters[name]!)}`);
  return [counts.join(', '), row.note].filter((text) => text !== '').join('  ');
}

/** Returns a number for people: `12 345`, at most one decimal below 100. */
export function grouped(value: number): string {
  const rounded = Math.abs(value) < 100 ? Math.round(value * 10) / 10 : Math.round(value);
  const [whole = '0', fraction] = String(rounded).split('.');
  const spaced = whole.replaceAll(/\B(?=(\d{3})+$)/g, ' ');
  return fraction === undefined ? spaced : `${spaced}.${fraction}`;
}

const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 } as const;

function colorOf(state: string): keyof typeof CODES | undefined {
  if (state === 'running') return undefined;
  return state === 'misconfigured' || state.startsWith('restarting') ? 'red' : 'yellow';
}

function paint(text: string, color: keyof typeof CODES | undefined, look: TableLook): string {
  return look.color && color !== undefined ? `\u001b[${CODES[color]}m${text}\u001b[0m` : text;
}
