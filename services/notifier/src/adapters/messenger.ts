import {
  type Bus,
  type Clock,
  FactMessage,
  type InboundMessage,
  type SnapshotStore,
  type Verdict,
} from '@algo/bus';
import { eventId, isoTime, US_PER_MS } from '@algo/model';
import type { Logger } from '@algo/runtime';
import { type Mail, type MailDesk, noticeOf } from '../domain/index.ts';
import type { NotificationChannel } from './notification-channel.ts';
import type { OutboxFile } from './outbox-file.ts';

const IDLE_MS = 250;

/**
 * Takes facts in and sends what is due: two loops over one
 * durable outbox, so that a slow provider delays no fact.
 */
export class Messenger {
  readonly #bus: Bus;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #desk: MailDesk;
  readonly #deskFile: SnapshotStore;
  readonly #outbox: OutboxFile;
  readonly #channel: NotificationChannel;
  /** The desk has changed since it was kept. */
  #changed = false;
  /** The desk that was kept has something that a next life must know. */
  #keptPending: boolean;
  /** Settles when the desk is on disk as it was when last asked for. */
  #kept: Promise<void> = Promise.resolve();
  /** The last mail that was tried did not get out. */
  #isHeldUp = false;
  #taken = 0;
  #sent = 0;
  #dead = 0;

  constructor(parts: {
    bus: Bus;
    clock: Clock;
    log: Logger;
    desk: MailDesk;
    deskFile: SnapshotStore;
    outbox: OutboxFile;
    channel: NotificationChannel;
  }) {
    this.#bus = parts.bus;
    this.#clock = parts.clock;
    this.#log = parts.log;
    this.#desk = parts.desk;
    this.#deskFile = parts.deskFile;
    this.#keptPending = parts.desk.isPending;
    this.#outbox = parts.outbox;
    this.#channel = parts.channel;
  }

  counters(): Record<string, number> {
    return { facts: this.#taken, sent: this.#sent, dead: this.#dead };
  }

  /** What a person must know of the mails: by what they go, and since when none gets out. */
  notes(): string[] {
    const tried = this.#outbox.entries().filter(({ reason }) => reason !== '');
    if (tried.length === 0) return [`sends by ${this.#channel.name}`];
    const since = isoTime(Math.min(...tried.map(({ addedMs }) => addedMs)) * US_PER_MS).slice(0, 19);
    const mails = tried.length === 1 ? '1 mail waits' : `${tried.length} mails wait`;
    return [
      `${mails} since ${since.replace('T', ' ')} UTC: ${this.#channel.name} says ${tried.at(-1)!.reason}`,
    ];
  }

  /**
   * A fact is done with once the mails it led to are in the outbox on disk, or itself where it waits for
   * others.
   */
  async take(message: InboundMessage): Promise<Verdict> {
    const { fact } = message;
    const id = eventId(message.id);
    const notice = noticeOf(id, fact);
    const nowMs = this.#clock.nowMs();
    let mails: readonly Mail[];
    if (fact.name === 'EntryStanding') mails = this.#desk.hear(id, fact.body, nowMs);
    else if (notice !== null) mails = this.#desk.take(notice, nowMs);
    else return 'done';
    this.#taken++;
    this.#changed = true;
    await this.#queue(mails, nowMs);
    return 'done';
  }

  /** Sends until told to stop. */
  async run(signal: AbortSignal): Promise<undefined> {
    while (!signal.aborted) {
      const nowMs = this.#clock.nowMs();
      await this.#queue(this.#desk.flush(nowMs), nowMs);
      const mail = await this.#outbox.begin(nowMs);
      if (mail === null) await this.#clock.sleep(IDLE_MS);
      else await this.#send(mail);
    }
    return undefined;
  }

  /** Mails first: what a crash leaves in both is known to the outbox by its id. */
  async #queue(mails: readonly Mail[], nowMs: number): Promise<void> {
    if (mails.length > 0) {
      await this.#outbox.add(mails, nowMs);
      this.#changed = true;
    }
    const matters = this.#desk.isPending || this.#keptPending;
    if (this.#changed && matters) this.#keepDesk();
    await this.#kept; // another fact's turn may be keeping this one's change
  }

  #keepDesk(): void {
    this.#changed = false;
    const before = this.#kept.catch(() => undefined);
    this.#kept = before.then(async () => {
      this.#keptPending = this.#desk.isPending;
      try {
        await this.#deskFile.save(new TextEncoder().encode(JSON.stringify(this.#desk.snapshot())));
      } catch (error) {
        this.#changed = true;
        throw error;
      }
    });
    this.#kept.catch(() => undefined); // whoever waits for it hears of it
  }

  async #send(mail: Mail): Promise<void> {
    const outcome = await this.#channel.send(mail);
    const nowMs = this.#clock.nowMs();
    const record = await this.#outbox.settle(mail.id, outcome, nowMs);
    const said = {
      notificationId: mail.id,
      channel: this.#channel.name,
      subject: mail.subject,
      attempts: 1,
      timeUs: nowMs * 1_000,
    };
    const speaker = { identity: this.#bus.identity, account: '' };
    // Told once: each mail is tried again and again.
    if (record.type === 'retry' && !this.#isHeldUp)
      this.#log.warn(
        { reason: record.reason, channel: this.#channel.name },
        'mails do not get out; tried again',
      );
    if (record.type === 'sent' && this.#isHeldUp) this.#log.info('mails get out again');
    this.#isHeldUp = record.type === 'retry';
    if (record.type === 'sent') {
      this.#sent++;
      const fact = { name: 'NotificationSent', body: said } as const;
      await this.#bus.publish(FactMessage.said(fact, speaker, { id: `sent:${mail.id}` }));
    } else if (record.type === 'dead') {
      this.#dead++;
      this.#log.error(
        { subject: mail.subject, reason: record.reason },
        'a notification could not be delivered',
      );
      const fact = { name: 'NotificationDead', body: { ...said, reason: record.reason } } as const;
      await this.#bus.publish(FactMessage.said(fact, speaker, { id: `dead:${mail.id}` }));
    }
  }
}
