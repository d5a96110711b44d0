import { Decimal } from '@algo/model';
import { illegal, mandatory, Refused } from './refused.ts';

const DECIMAL = /^\d{1,20}(\.\d{1,20})?$/;
const DECIMAL_RANGE = '^([0-9]{1,20})(\\.[0-9]{1,20})?$';
const WHOLE = /^\d{1,20}$/;
const PLACES_MAX = 8;
/** What every signed request may carry. */
const OF_SIGNING = ['apiKey', 'signature', 'timestamp', 'recvWindow'];

/** The parameters of a request. Reads refuse in the venue's words. */
export class Parameters {
  readonly texts: ReadonlyMap<string, string>;

  constructor(texts: ReadonlyMap<string, string>) {
    this.texts = texts;
  }

  /** Returns those of query and body; what stands in both is taken of the query. */
  static ofRest(query: string, body: string): Parameters {
    const texts = new Map<string, string>();
    for (const [part, pairs] of [query, body].map((text) => [text, new URLSearchParams(text)] as const))
      for (const [name, value] of pairs) {
        const isTwice = pairs.getAll(name).length > 1;
        if (isTwice && part !== '') throw new Refused(-1101, 'Duplicate values for a parameter detected.');
        if (!texts.has(name)) texts.set(name, value);
      }
    return new Parameters(texts);
  }

  has(name: string): boolean {
    return this.texts.has(name);
  }

  /** Returns a text; undefined where it was not sent. *Errors*: Refused where it was sent empty. */
  text(name: string): string | undefined {
    const text = this.texts.get(name);
    if (text === '') throw new Refused(-1105, `Parameter '${name}' was empty.`);
    return text;
  }

  need(name: string): string {
    const text = this.texts.get(name);
    if (text === undefined || text === '') throw mandatory(name);
    return text;
  }

  /** Returns one of a few words. *Errors*: `otherwise` says what is wrong with any other. */
  word<Word extends string>(name: string, words: readonly Word[], otherwise: Refused): Word | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const word = words.find((known) => known === text);
    if (word === undefined) throw otherwise;
    return word;
  }

  decimal(name: string): Decimal | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    if (!DECIMAL.test(text)) throw illegal(name, DECIMAL_RANGE);
    const decimal = Decimal.of(text);
    if (decimal.scale > PLACES_MAX) throw new Refused(-1111, `Parameter '${name}' has too much precision.`);
    return decimal;
  }

  whole(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    if (!WHOLE.test(text)) throw illegal(name, '^[0-9]{1,20}$');
    return Number(text);
  }

  /** Returns how many rows are wanted. */
  limit(standard: number, most: number): number {
    const limit = this.whole('limit') ?? standard;
    if (limit < 1) throw new Refused(-1130, "Data sent for parameter 'limit' is not valid.");
    return Math.min(limit, most);
  }

  flag(name: string): boolean | undefined {
    const text = this.text(name)?.toLowerCase();
    if (text === undefined) return undefined;
    if (text !== 'true' && text !== 'false') throw illegal(name, 'true|false');
    return text === 'true';
  }

  /** Returns a time. *Units*: ms; one in µs is understood too. */
  timeMs(name: string): number | undefined {
    const time = this.whole(name);
    return time !== undefined && time > 1e14 ? time / 1_000 : time;
  }

  /** *Errors*: Refused where something was sent that the endpoint does not read. */
  onlyThese(known: readonly string[]): void {
    const read = [...this.texts.keys()].filter((name) => known.includes(name) || OF_SIGNING.includes(name));
    const words = `read '${read.length}' parameter(s) but was sent '${this.texts.size}'.`;
    if (read.length < this.texts.size)
      throw new Refused(-1104, `Not all sent parameters were read; ${words}`);
  }
}
