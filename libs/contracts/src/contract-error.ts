/** Where a message lay when it couldn't be read. */
export interface MessagePlace {
  readonly stream: string;
  readonly sequence: number;
  readonly subject: string;
}

/**
 * A message breaks the contract of its type: on decode somebody
 * published nonsense or a newer schema, on encode we tried to.
 * *Shape*: `type` is the full message name, `field` the path inside it with the proto's JSON names
 * (`fill.quantity`, `checks[2].value`; empty when the bytes as a whole can't be read), `place` null until the
 * bus adds it with `at`.
 */
export class ContractError extends Error {
  override readonly name = 'ContractError';
  readonly type: string;
  readonly field: string;
  readonly value: string;
  readonly because: string;
  readonly place: MessagePlace | null;

  constructor(
    problem: {
      readonly type: string;
      readonly field: string;
      readonly value: string;
      readonly because: string;
      readonly place?: MessagePlace;
    },
    options?: ErrorOptions,
  ) {
    const where = problem.field === '' ? problem.type : `${problem.type}.${problem.field}`;
    const value = problem.value === '' ? '' : ` = ${problem.value}`;
    const place =
      problem.place === undefined
        ? ''
        : ` (${problem.place.stream} ${problem.place.sequence}, ${problem.place.subject})`;
    super(`${where}${value}: ${problem.because}${place}`, options);
    this.type = problem.type;
    this.field = problem.field;
    this.value = problem.value;
    this.because = problem.because;
    this.place = problem.place ?? null;
  }

  /** Returns the same error with the place of the message: what a person needs to find it again. */
  at(stream: string, sequence: number, subject: string): ContractError {
    return new ContractError(
      {
        type: this.type,
        field: this.field,
        value: this.value,
        because: this.because,
        place: { stream, sequence, subject },
      },
      { cause: this },
    );
  }
}

/** A field's refusal on its way up to the message, which alone knows the type. Never leaves this package. */
export class Refused extends Error {
  readonly path: string;
  readonly value: string;
  readonly because: string;

  constructor(path: string, value: unknown, because: string, options?: ErrorOptions) {
    super(because, options);
    this.path = path;
    this.value =
      typeof value === 'string' && value !== '' ? JSON.stringify(value.slice(0, 200)) : String(value ?? '');
    this.because = because;
  }

  /** Returns the refusal as seen from one level up. */
  inside(segment: string): Refused {
    const path =
      this.path === '' || this.path.startsWith('[') ? segment + this.path : `${segment}.${this.path}`;
    const above = new Refused(path, null, this.because, { cause: this.cause });
    return Object.assign(above, { value: this.value });
  }
}

/** Returns what `work` returns; a refusal from inside it names this part of the message. */
export function inside<Result>(segment: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw error instanceof Refused ? error.inside(segment) : error;
  }
}
