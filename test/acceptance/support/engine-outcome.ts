import { join } from 'node:path';
import { type Bus, type InboundMessage, JetStreamBus, NatsServerProcess } from '@algo/bus';
import {
  codecs,
  type PaperOrderAccepted,
  positionEvents,
  type StreamName,
  venueEvents,
} from '@algo/contracts';
import { type PositionEvent, TIMEFRAMES } from '@algo/model';
import { natsServerBinary } from '@algo/testkit';
import { openReader } from '@algo/tickstore';
import { z } from 'zod';
import { algo } from './engine-run.ts';
import { LTCUSDT } from './trade-tape.ts';

/** Everything a run left behind that another run over the same tape must leave behind too, one for one. */
export interface EngineOutcome {
  /** Rows and their hash, by table: ticks, candles of every timeframe, and the rest of analytics. */
  readonly stored: Readonly<Record<string, string>>;
  /** The canonical lines of the journal. */
  readonly journal: readonly string[];
  readonly journalHash: string;
  /** Every entry of the venue's ledger, in its order: an order taken twice would stand here twice. */
  readonly venueOrders: readonly string[];
  readonly venueFills: readonly string[];
  readonly positions: readonly PositionEvent[];
  readonly deadLetters: number;
}

const TABLES = [
  'ticks',
  ...TIMEFRAMES.map((timeframe) => `candles_${timeframe}`),
  'order_flow',
  'market_profile',
  'supply_demand_zones',
  'fair_value_gaps',
];

const journalEnd = z.object({ kind: z.literal('Hash'), sha256: z.string() });

/** Reads a stopped engine's data directory. */
export async function readOutcome(dataDir: string): Promise<EngineOutcome> {
  const stored = await readStored(join(dataDir, 'ticks'));
  const { code, said } = await algo(['journal', '--json', '--data-dir', dataDir]);
  if (code !== 0) throw new Error(`algo journal ended with ${code}: ${said}`);
  const lines = said.trimEnd().split('\n');
  const { sha256 } = journalEnd.parse(JSON.parse(lines.at(-1) ?? ''));
  await using server = await NatsServerProcess.start({
    binary: natsServerBinary(),
    storeDir: join(dataDir, 'jetstream'),
    sync: 'always',
  });
  await using bus = await JetStreamBus.connect({
    servers: [server.url],
    identity: `acceptance-${process.pid}`,
  });
  const ledger = await read(bus, 'VENUES', 'venue.ledger.>', codecs.PaperOrderAccepted.type);
  const fills = await read(bus, 'VENUES', 'venue.user.>', codecs.VenueFilled.type);
  const positions = await read(bus, 'POSITIONS', 'pos.evt.>');
  const letters = await read(bus, 'DEAD_LETTERS', 'dlq.letter.>');
  return {
    stored,
    journal: lines.slice(0, -1),
    journalHash: sha256,
    venueOrders: ledger.map(({ data }) => orderLine(codecs.PaperOrderAccepted.decode(data))),
    venueFills: eachOnce(fills).map(({ type, data }) => JSON.stringify(venueEvents.decode(type, data))),
    positions: eachOnce(positions).map(({ type, data }) => positionEvents.decode(type, data)),
    deadLetters: letters.length,
  };
}

function orderLine({ order, sentUs, outcome }: PaperOrderAccepted): string {
  return JSON.stringify({ order, sentUs, outcome });
}

async function readStored(ticksDir: string): Promise<Record<string, string>> {
  const reader = openReader(ticksDir);
  const found: Record<string, string> = {};
  for (const table of TABLES) {
    const [sums] = await reader.query(
      LTCUSDT,
      `SELECT count(*) AS rows, md5(coalesce(string_agg(line, chr(10) ORDER BY line), '')) AS hash
       FROM (SELECT CAST(${table} AS VARCHAR) AS line FROM ${table})`,
    );
    found[table] = `${sums?.rows} rows ${sums?.hash}`;
  }
  found.duplicates = String(await reader.countDuplicates(LTCUSDT));
  return found;
}

/** Returns every stored message, of one type where one is named. */
async function read(
  bus: Bus,
  stream: StreamName,
  subject: string,
  wanted?: string,
): Promise<InboundMessage[]> {
  const found: InboundMessage[] = [];
  for await (const message of bus.read({ stream, subjects: [subject], after: 0 }))
    if (wanted === undefined || message.type === wanted) found.push(message);
  return found;
}

/** What was published again after a crash keeps its id; readers drop it, and so do we. */
function eachOnce(messages: readonly InboundMessage[]): InboundMessage[] {
  return [...new Map(messages.toReversed().map((message) => [message.id, message])).values()].toReversed();
}
