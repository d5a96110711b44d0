import type { Reply } from '../exchange/fault-plan.ts';

/** An answer in the venue's own words for what is wrong. */
export class Refused extends Error {
  readonly code: number;
  readonly status: number;
  /** What else stands in the body. */
  readonly data: unknown;

  constructor(code: number, message: string, status = 400, data?: unknown) {
    super(message);
    this.code = code;
    this.status = status;
    this.data = data;
  }

  get reply(): Reply {
    return { status: this.status, body: this.body };
  }

  get body(): { readonly code: number; readonly msg: string } {
    return { code: this.code, msg: this.message, ...(this.data === undefined ? {} : { data: this.data }) };
  }
}

export function mandatory(name: string): Refused {
  return new Refused(-1102, `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`);
}

export function notRequired(name: string): Refused {
  return new Refused(-1106, `Parameter '${name}' sent when not required.`);
}

export function illegal(name: string, range: string): Refused {
  return new Refused(-1100, `Illegal characters found in parameter '${name}'; legal range is '${range}'.`);
}

export function filterFailure(filter: string): Refused {
  return new Refused(-1013, `Filter failure: ${filter}`);
}

export function rejected(message: string): Refused {
  return new Refused(-2010, message);
}

export const NO_KEY_RIGHT = (): Refused =>
  new Refused(-2015, 'Invalid API-key, IP, or permissions for action.', 401);
