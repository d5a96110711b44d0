import type { SeededRandom } from '@algo/simulation';
import type { HeardRequest } from '@algo/testkit/venues';
import type { FrameCopies } from '../simulated-socket.ts';
import type { OtherAnswer, TransportWeather } from '../simulated-transport.ts';
import type { Weather } from './weather.ts';

const LATE_MS = 3_000;
/** Behind its window a request is refused by its time. *Units*: virtual ms. */
const VERY_LATE_MS = 9_000;
/** What most answers take on the other way: some longer than anybody waits. *Units*: virtual ms. */
const LATE_WAY_MS = 14_000;
const PAGE = '<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>';
/** Within its window a request may be carried out so late. *Units*: virtual ms. */
const DONE_LATE_MS = 4_000;
/** An event of an account, at either market. */
const EVENT = /"e":"/;

/** How the way to a real exchange is at each moment. Requests, answers and frames keep no common order. */
export class VenueWeather implements TransportWeather {
  readonly #weather: Weather;
  readonly #random: SeededRandom;
  readonly #isOtherWay: boolean;

  /** `isOtherWay`: one that stays when nobody reaches the exchange by the usual one, and is slow. */
  constructor(weather: Weather, random: SeededRandom, isOtherWay = false) {
    this.#weather = weather;
    this.#random = random;
    this.#isOtherWay = isOtherWay;
  }

  copiesMs(way: 'there' | 'back', { method }: HeardRequest): readonly number[] {
    const isThere = way === 'there';
    if (this.#weather.strikes(isThere ? 'requestLost' : 'answerLost')) return [];
    const isLate = this.#weather.strikes(isThere ? 'requestLate' : 'answerLate');
    const lateMs = this.#random.chance(0.15) ? VERY_LATE_MS : LATE_MS;
    const ofWay =
      this.#isOtherWay && !isThere && this.#random.chance(0.7) ? this.#random.below(LATE_WAY_MS) : 0;
    const ms = 1 + this.#random.below(8) + (isLate ? this.#random.below(lateMs) : 0) + ofWay;
    // What is on the way may ask again by itself whatever changes nothing the second time; no order.
    const isTwice = isThere && method !== 'POST' && this.#weather.strikes('requestTwice');
    return isTwice ? [ms, ms + this.#random.below(LATE_MS)] : [ms];
  }

  instead(): OtherAnswer | undefined {
    const lateMs = 100 + this.#random.below(DONE_LATE_MS);
    const page = this.#struck('html');
    if (page !== undefined) {
      const answer = { status: 502, headers: { 'Content-Type': 'text/html' }, text: PAGE };
      return { at: page.at, lateMs, answer };
    }
    const error = this.#struck('serverError');
    if (error !== undefined) {
      const body =
        error.at !== 'before'
          ? { code: -1007, msg: 'Timeout waiting for response from backend server.' }
          : { code: -1000, msg: 'An unknown error occurred while processing the request.' };
      const headers = { 'Content-Type': 'application/json;charset=UTF-8' };
      return { at: error.at, lateMs, answer: { status: 503, headers, text: JSON.stringify(body) } };
    }
    const reset = this.#struck('lineReset');
    return reset && { at: reset.at, lateMs, answer: 'reset' };
  }

  frames(text: string): FrameCopies {
    const ms = this.#random.below(6);
    const usual = { ms, keepsOrder: true };
    if (!EVENT.test(text)) return [usual];
    if (this.#weather.strikes('eventLost')) return [];
    const first = this.#weather.strikes('eventLate') ? this.#behind() : usual;
    return this.#weather.strikes('eventTwice') ? [first, this.#behind()] : [first];
  }

  isCutOff(): boolean {
    return !this.#isOtherWay && this.#weather.isOn('cutOff');
  }

  #behind(): FrameCopies[number] {
    return { ms: this.#random.below(LATE_MS), keepsOrder: false };
  }

  #struck(kind: 'html' | 'serverError' | 'lineReset') {
    const fault = this.#weather.struckBy(kind);
    return fault !== undefined && 'at' in fault ? fault : undefined;
  }
}
