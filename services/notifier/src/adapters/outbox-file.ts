import { createHash } from 'node:crypto';
import { type FileHandle, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { InputError } from '@algo/model';
import type { Mail } from '../domain/mail.ts';
import {
  Outbox,
  type OutboxEntry,
  type OutboxRecord,
  type OutboxSettings,
  type SendOutcome,
} from '../domain/outbox.ts';

/** The first line; another format gets another number and is refused. */
const HEADER = 'algo-outbox 1';
/**
 * The file is written anew when it has twice the lines that its state needed last time, and this many more.
 */
const SLACK_LINES = 1_000;

/**
 * An outbox that survives crashes: every change is appended, one line for a change, and synced to disk before
 * it counts. A line torn by a crash at the end of the file was never acknowledged to anyone and is cut off; a
 * damaged line before the end is refused. Calls are served one after the other, whoever makes them.
 * *Errors*: InputError when the file is not an outbox or is damaged; whatever the disk throws. After a failed
 * write every call fails with that cause: only opening the file again tells what reached the disk.
 */
export class OutboxFile implements AsyncDisposable {
  readonly #path: string;
  readonly #outbox: Outbox;
  #handle: FileHandle;
  #lines: number;
  #compactAt: number;
  #failure: { readonly cause: unknown } | null = null;
  #queue: Promise<unknown> = Promise.resolve();

  private constructor(path: string, outbox: Outbox, handle: FileHandle, lines: number) {
    this.#path = path;
    this.#outbox = outbox;
    this.#handle = handle;
    this.#lines = lines;
    this.#compactAt = SLACK_LINES;
  }

  /** Opens the outbox at a path, making it when there is none; attempts cut off by a crash are made again. */
  static async open(path: string, settings: OutboxSettings, nowMs: number): Promise<OutboxFile> {
    const handle = await open(path, 'a+', 0o600);
    try {
      const outbox = new Outbox(settings);
      const { changes, keptBytes } = parse(await handle.readFile(), path);
      for (const record of changes.flat()) outbox.apply(record);
      await handle.truncate(keptBytes);
      const file = new OutboxFile(path, outbox, handle, changes.length);
      if (keptBytes === 0) {
        await handle.appendFile(`${HEADER}\n`);
        await handle.sync();
        await syncDirectory(path);
      }
      await file.#commit(outbox.recover(nowMs));
      return file;
    } catch (cause) {
      await handle.close();
      throw cause;
    }
  }

  /** Takes mails in; once it resolves they outlive a crash. A mail that is known is not taken twice. */
  async add(mails: readonly Mail[], nowMs: number): Promise<void> {
    await this.#inTurn(async () => {
      for (const mail of mails) await this.#commit(this.#outbox.add(mail, nowMs));
    });
  }

  /** Returns a mail whose attempt has just been written down as begun; null when none is due. */
  async begin(nowMs: number): Promise<Mail | null> {
    return await this.#inTurn(async () => {
      const entry = this.#outbox.next(nowMs);
      if (entry === null) return null;
      await this.#commit([{ type: 'sending', id: entry.mail.id, atMs: nowMs }]);
      return entry.mail;
    });
  }

  /** Writes down what came of an attempt, and returns it. */
  async settle(id: string, outcome: SendOutcome, nowMs: number): Promise<OutboxRecord> {
    return await this.#inTurn(async () => {
      const record = this.#outbox.settle(id, outcome, nowMs);
      await this.#commit([record]);
      return record;
    });
  }

  /** Returns the mails on their way. */
  entries(): OutboxEntry[] {
    return this.#outbox.entries();
  }

  /** Returns how a mail ended; undefined while it is on its way or when it was never seen. */
  endOf(id: string): 'sent' | 'dead' | undefined {
    return this.#outbox.endOf(id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#queue;
    await this.#handle.close();
  }

  async #commit(records: readonly OutboxRecord[]): Promise<void> {
    if (records.length === 0) return;
    await this.#handle.appendFile(lineOf(records));
    await this.#handle.datasync();
    for (const record of records) this.#outbox.apply(record);
    this.#lines++;
    if (this.#lines > this.#compactAt) await this.#compact(this.#outbox.records());
  }

  /**
   * Writes the state to a new file and puts it in the old
   * one's place; a crash leaves one or the other, whole.
   */
  async #compact(records: readonly OutboxRecord[]): Promise<void> {
    const next = `${this.#path}.next`;
    const handle = await open(next, 'w', 0o600);
    try {
      await handle.appendFile([`${HEADER}\n`, ...records.map((record) => lineOf([record]))].join(''));
      await handle.sync();
      await rename(next, this.#path);
    } catch (cause) {
      await handle.close();
      throw cause;
    }
    const old = this.#handle;
    this.#handle = handle;
    this.#lines = records.length;
    this.#compactAt = 2 * records.length + SLACK_LINES;
    await old.close();
    await syncDirectory(this.#path);
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#queue.then(async () => {
      if (this.#failure !== null) throw new Error('outbox file failed before', this.#failure);
      try {
        return await work();
      } catch (cause) {
        if (!(cause instanceof InputError)) this.#failure = { cause };
        throw cause;
      }
    });
    this.#queue = result.catch(() => undefined);
    return result;
  }
}

function lineOf(change: readonly OutboxRecord[]): string {
  const json = JSON.stringify(change);
  return `${checksum(json)} ${json}\n`;
}

function checksum(json: string): string {
  return createHash('sha256').update(json).digest('hex').slice(0, 16);
}

/** Returns the changes a file holds and how many bytes of it are whole. */
function parse(bytes: Buffer, path: string): { changes: OutboxRecord[][]; keptBytes: number } {
  const changes: OutboxRecord[][] = [];
  let start = 0;
  for (let number = 1; start < bytes.length; number++) {
    const end = bytes.indexOf(0x0a, start);
    const line = bytes.subarray(start, end === -1 ? bytes.length : end).toString('utf8');
    const isLast = end === -1 || end === bytes.length - 1;
    const whole =
      end !== -1 && (number === 1 ? line === HEADER : checksum(line.slice(17)) === line.slice(0, 16));
    if (!whole && isLast && (number > 1 || HEADER.startsWith(line))) break;
    if (!whole) throw damaged(path, number);
    if (number > 1) changes.push(JSON.parse(line.slice(17)));
    start = end + 1;
  }
  return { changes, keptBytes: start };
}

function damaged(path: string, line: number): InputError {
  return new InputError({
    field: 'outbox file',
    value: path,
    because: `line ${line} is not what version 1 of this program wrote`,
    remedy: 'Move the file away to start with an empty outbox; mails still in it will not be sent.',
  });
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(dirname(path), 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
