import { MemoryLog } from '@algo/bus';

/** Kept behind the snapshot before the last: a disk keeps more, which memory must not. *Units*: bytes. */
const KEEP_BYTES = 256 * 1024;

/** A process's own log in memory, which counts what is written and keeps little. *Units*: bytes. */
export class MeteredLog extends MemoryLog {
  written = 0;
  kept = 0;

  override append(bytes: Uint8Array, done: (error: Error | undefined, number: number) => void): void {
    this.written += bytes.length;
    super.append(bytes, done);
  }

  override async trim(through: number): Promise<void> {
    await super.trim(through, KEEP_BYTES);
    this.kept = 0;
    for await (const { bytes } of this.read(0)) this.kept += bytes.length;
  }
}
