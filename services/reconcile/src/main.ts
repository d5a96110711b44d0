import { Lease, systemClock } from '@algo/bus';
import { accountId, InputError, US_PER_HOUR } from '@algo/model';
import { ConfigError, connectBus, EXIT, environment, readConfig, readInstrumentCatalog } from '@algo/runtime';
import { PaperExchangeVenue, VenueUnavailableError } from '@algo/venues';
import { readLocalBooks } from './adapters/local-books.ts';
import { publishReport } from './adapters/publish-report.ts';
import { readVenueBooks } from './adapters/venue-books.ts';
import { config as schema } from './config.ts';
import { type ReconciliationReport, reconcile, renderReport } from './domain/index.ts';

/** Fills are compared from this long before our newest one. *Source*: reference reliability §5. */
const LOOK_BACK_US = US_PER_HOUR;
/** What the exit code says to the composition that waits for this job; the others are in libs/runtime. */
const REFUSED = 2;

async function run(): Promise<ReconciliationReport> {
  const config = readConfig('reconcile', schema, environment);
  const account = accountId(config.account);
  await using bus = await connectBus(config, `reconcile-${config.ordinal}`);
  await using venue = new PaperExchangeVenue(bus);
  const instruments = readInstrumentCatalog(config.instrumentsFile);
  const local = await readLocalBooks(bus, account, config.dataDir, instruments);
  const fillsSinceUs = Math.max(
    0,
    Math.max(0, ...local.fills.slice(-1_000).map((fill) => fill.timeUs)) - LOOK_BACK_US,
  );
  const books = await readVenueBooks(venue, account, local, fillsSinceUs, systemClock);
  const report = reconcile(local, books, {
    account,
    epoch: config.epoch ?? (await Lease.nextEpoch(bus.bucket('leases'), `execution.${account}`)),
    nowUs: systemClock.nowMs() * 1_000,
    fillsSinceUs,
    instruments: [...instruments.values()],
    openingBalances: null,
    authoritativeAbsence: venue.capabilities.authoritativeAbsence,
  });
  if (!config.dryRun) await publishReport(bus, report, config.venue, config.validForMs);
  return report;
}

try {
  const report = await run();
  process.stdout.write(`${renderReport(report)}\n`);
  if (report.verdict.type === 'refuse') process.stderr.write(`${report.verdict.reasons.join('\n')}\n`);
  process.exitCode = report.verdict.type === 'pass' ? EXIT.stopped : REFUSED;
} catch (error) {
  const expected =
    error instanceof InputError || error instanceof ConfigError || error instanceof VenueUnavailableError;
  process.stderr.write(`${expected ? (error as Error).message : (error as Error).stack}\n`);
  process.exitCode =
    error instanceof VenueUnavailableError ? EXIT.failed : expected ? EXIT.misconfigured : EXIT.failed;
}
