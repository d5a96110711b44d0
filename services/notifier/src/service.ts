import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { durablesOf } from '@algo/bus';
import { defineService } from '@algo/runtime';
import { fileSnapshots } from '@algo/state';
import { chooseChannel } from './adapters/choose-channel.ts';
import { Messenger } from './adapters/messenger.ts';
import { openDesk } from './adapters/open-desk.ts';
import { OutboxFile } from './adapters/outbox-file.ts';
import { StreamWatch } from './adapters/stream-watch.ts';
import { config } from './config.ts';
import { MAIL_DESK_DEFAULTS, OUTBOX_DEFAULTS } from './domain/index.ts';

/** Tells people what happens: each fact at least once, through an outbox on disk. */
export const service = defineService({
  name: 'notifier',
  config,
  purpose: () => 'main',
  check: async (config) => void (await chooseChannel(config)),
  async start(context) {
    const { bus, clock, config, identity, log, signal } = context;
    const folder = join(config.dataDir, 'notifier');
    mkdirSync(folder, { recursive: true });
    const outbox = context.own(
      await OutboxFile.open(
        join(folder, 'outbox.log'),
        { ...OUTBOX_DEFAULTS, seed: identity },
        clock.nowMs(),
      ),
    );
    const deskFile = fileSnapshots(folder, 'desk');
    const desk = openDesk(await deskFile.load(), { ...MAIL_DESK_DEFAULTS, digestMs: config.digestMs });
    const channel = await chooseChannel(config);
    const messenger = new Messenger({ bus, clock, log, desk, deskFile, outbox, channel });
    const streams = new StreamWatch({ bus, clock, log });
    const ends: Promise<Error | undefined>[] = [messenger.run(signal), streams.run(signal)];
    for (const durable of durablesOf('notifier')) {
      const subscription = context.own(await bus.consume(durable, (message) => messenger.take(message)));
      ends.push(subscription.closed);
    }
    return {
      closed: Promise.race(ends),
      counters: () => messenger.counters(),
      notes: () => messenger.notes(),
    };
  },
});
