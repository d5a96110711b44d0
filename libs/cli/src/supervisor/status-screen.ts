import { type EngineFrame, renderTable } from './status-table.ts';

/** The part of a terminal or pipe that is written to. */
export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const REPAINT_MS = 500;
const BLOCK_MS = 5_000;
const PIPE_COLUMNS = 200;
const UNKNOWN_COLUMNS = 80;

/**
 * Shows the engine: repainted in place on a terminal, a block when something changed into a pipe, or JSON
 * lines.
 */
export class StatusScreen {
  readonly #out: Output;
  readonly #json: boolean;
  readonly #color: boolean;
  #timer: NodeJS.Timeout | undefined;
  #painted = 0;
  #lastNews = '';

  constructor(out: Output, look: { readonly json: boolean; readonly color: boolean }) {
    this.#out = out;
    this.#json = look.json;
    this.#color = look.color && out.isTTY === true;
  }

  /** Says one line above the table. */
  say(line: string): void {
    if (this.#json) return void this.#out.write(`${JSON.stringify({ type: 'note', text: line })}\n`);
    this.#clear();
    this.#out.write(`${line}\n`);
  }

  /** Shows what `frame` returns, again and again until `close`. */
  show(frame: () => EngineFrame): void {
    const repaints = this.#out.isTTY === true && !this.#json;
    const paint = () => (repaints ? this.#repaint(frame()) : this.#block(frame()));
    this.#timer = setInterval(paint, repaints ? REPAINT_MS : BLOCK_MS);
  }

  /** Shows the end of a run whole, whatever was shown before. */
  summary(frame: EngineFrame): void {
    this.#clear();
    this.#lastNews = '';
    this.#block(frame, 'summary');
  }

  close(): void {
    clearInterval(this.#timer);
    this.#painted = 0;
  }

  #repaint(frame: EngineFrame): void {
    // Some terminals say 0 for a width they don't know.
    const columns = this.#out.columns || UNKNOWN_COLUMNS;
    const lines = renderTable(frame, { columns, color: this.#color });
    this.#clear();
    this.#out.write(`${lines.join('\n')}\n`);
    this.#painted = lines.length;
  }

  #block(frame: EngineFrame, type = 'status'): void {
    const text = this.#json
      ? JSON.stringify({ type, ...frame })
      : renderTable(frame, { columns: PIPE_COLUMNS, color: this.#color }).join('\n');
    // Memory alone is no news.
    const news = JSON.stringify({
      ...frame,
      services: frame.services.map((row) => ({ ...row, rssBytes: 0 })),
    });
    if (news === this.#lastNews) return;
    this.#lastNews = news;
    this.#out.write(this.#json ? `${text}\n` : `${text}\n\n`);
  }

  #clear(): void {
    if (this.#painted > 0) this.#out.write(`\u001b[${this.#painted}F\u001b[J`);
    this.#painted = 0;
  }
}
