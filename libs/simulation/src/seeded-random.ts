import { InputError } from '@algo/model';

// Taken out of Math once: under a test runner the look-up of a global costs more than the draw.
const { cos, exp, floor, imul, log, sqrt } = Math;

const MASK_64 = (1n << 64n) - 1n;
const FNV_OFFSET = 0xcbf29ce484222325n;
const FNV_PRIME = 0x100000001b3n;

/** What `SeededRandom.restore` needs. *Shape*: `key` 16 hex digits, `state` four unsigned 32-bit words. */
export interface RandomSnapshot {
  readonly version: 1;
  readonly key: string;
  readonly state: readonly [number, number, number, number];
}

/**
 * Returns one step of splitmix64: the next state and its output, both 64 bits. *Source*: Steele, Lea, Flood
 * 2014.
 */
export function splitmix64(state: bigint): { readonly next: bigint; readonly output: bigint } {
  const next = (state + 0x9e3779b97f4a7c15n) & MASK_64;
  let z = next;
  z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK_64;
  z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & MASK_64;
  return { next, output: z ^ (z >> 31n) };
}

/**
 * A stream of pseudo-random numbers (xoshiro128**, seeded by splitmix64): the same seed gives the same
 * numbers. Sub-streams are named, and don't depend on how much of their parent was used, so that one part of
 * a model may draw more without moving the others. Not for secrets.
 * *Source*: Blackman, Vigna 2018. Normal and power draws use Math.log, cos, exp: equal on equal V8 versions.
 */
export class SeededRandom {
  private readonly key: bigint;
  private a = 0;
  private b = 0;
  private c = 0;
  private d = 0;

  private constructor(key: bigint) {
    this.key = key;
    const first = splitmix64(key);
    const second = splitmix64(first.next);
    this.a = Number(first.output >> 32n) | 0;
    this.b = Number(first.output & 0xffffffffn) | 0;
    this.c = Number(second.output >> 32n) | 0;
    this.d = Number(second.output & 0xffffffffn) | 0;
    // The all-zero state is the generator's one fixed point.
    if ((this.a | this.b | this.c | this.d) === 0) this.a = 1;
  }

  /** Returns the root stream of a seed. *Errors*: InputError unless the seed is a safe integer. */
  static seeded(seed: number): SeededRandom {
    if (!Number.isSafeInteger(seed))
      throw new InputError({
        field: 'seed',
        value: seed,
        because: 'not a whole number that a double holds exactly',
        remedy: 'Use an integer such as 42.',
      });
    return new SeededRandom(splitmix64(BigInt(seed) & MASK_64).output);
  }

  /** Returns the stream as it was when the snapshot was taken. *Errors*: InputError on an unknown version. */
  static restore(snapshot: RandomSnapshot): SeededRandom {
    if (snapshot.version !== 1)
      throw new InputError({
        field: 'random.version',
        value: snapshot.version,
        because: 'not a version this build reads',
        remedy: 'Start without the snapshot.',
      });
    const random = new SeededRandom(BigInt(`0x${snapshot.key}`));
    [random.a, random.b, random.c, random.d] = snapshot.state;
    random.a |= 0;
    random.b |= 0;
    random.c |= 0;
    random.d |= 0;
    return random;
  }

  /** Returns the sub-stream of this name, from its beginning. */
  stream(name: string): SeededRandom {
    let hash = FNV_OFFSET ^ this.key;
    for (let i = 0; i < name.length; i++) hash = ((hash ^ BigInt(name.charCodeAt(i))) * FNV_PRIME) & MASK_64;
    return new SeededRandom(splitmix64(hash).output);
  }

  /** Returns 32 random bits as an unsigned number. */
  bits(): number {
    const scrambled = imul(this.b, 5);
    const result = imul((scrambled << 7) | (scrambled >>> 25), 9);
    const shifted = this.b << 9;
    this.c ^= this.a;
    this.d ^= this.b;
    this.b ^= this.c;
    this.a ^= this.d;
    this.c ^= shifted;
    this.d = (this.d << 11) | (this.d >>> 21);
    return result >>> 0;
  }

  /** Returns a number in [0, 1) with 53 random bits. */
  uniform(): number {
    const high = this.bits() >>> 5;
    const low = this.bits() >>> 6;
    return (high * 67_108_864 + low) / 9_007_199_254_740_992;
  }

  /** Returns a number in [from, to). */
  between(from: number, to: number): number {
    return from + (to - from) * this.uniform();
  }

  /** Returns a whole number from 0 to `count` − 1. */
  below(count: number): number {
    return floor(this.uniform() * count);
  }

  /** Returns true with this probability. */
  chance(probability: number): boolean {
    return this.uniform() < probability;
  }

  /**
   * Returns a standard normal draw. Two uniforms each, nothing kept back, so a snapshot is the four words
   * alone.
   */
  normal(): number {
    const radius = sqrt(-2 * log(1 - this.uniform()));
    return radius * cos(2 * Math.PI * this.uniform());
  }

  /** Returns a lognormal draw with this median; `sigma` is the standard deviation of its logarithm. */
  lognormal(median: number, sigma: number): number {
    return median * exp(sigma * this.normal());
  }

  /** Returns an exponential draw with this mean. */
  exponential(mean: number): number {
    return -mean * log(1 - this.uniform());
  }

  /** Returns a Pareto draw: at least `minimum`, P(X > x) = (minimum ÷ x)^tailIndex. */
  pareto(minimum: number, tailIndex: number): number {
    return minimum * (1 - this.uniform()) ** (-1 / tailIndex);
  }

  snapshot(): RandomSnapshot {
    return {
      version: 1,
      key: this.key.toString(16).padStart(16, '0'),
      state: [this.a >>> 0, this.b >>> 0, this.c >>> 0, this.d >>> 0],
    };
  }
}
