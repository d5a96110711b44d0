import { instrumentId } from '@algo/model';
import { hostService, instrumentOf, readInstrumentCatalog } from '@algo/runtime';
import { openRecordedRun } from './adapters/open-recorded-run.ts';
import { config as schema } from './config.ts';

await hostService('ingest', schema, async (context) => {
  const { config } = context;
  const catalog = readInstrumentCatalog(config.instrumentsFile);
  const instruments = config.instruments.map((name) => instrumentOf(catalog, instrumentId(name)));
  const run = context.own(await openRecordedRun(context, [...catalog.values()], instruments));
  return { closed: run.closed, counters: () => run.counters() };
});
