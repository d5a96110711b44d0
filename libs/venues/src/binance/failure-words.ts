const DETAIL_CHARACTERS_MAX = 200;

const STATUS_WORDS: Readonly<Record<number, string>> = {
  403: 'the firewall of the venue shuts this address out',
  418: 'the venue has banned this address for a while, because it asked too much',
  429: 'the venue was asked too much',
  451: 'the venue refuses this location',
};

const CODE_WORDS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'DNS knows no such name',
  EAI_AGAIN: 'DNS gives no answer',
  ECONNREFUSED: 'nobody listens there',
  ECONNRESET: 'the other side broke the connection off',
  EHOSTUNREACH: 'there is no way to this host',
  ENETUNREACH: 'there is no network',
  ETIMEDOUT: 'nobody answered in time',
};

/** Returns in words why an answer over HTTP is none of use. *Shape*: `body` may be cut. */
export function wordsOfStatus(status: number, body: string): string {
  const said = wordsOfBody(body);
  const known = STATUS_WORDS[status] ?? (status >= 500 ? 'the venue is out of order' : undefined);
  return `HTTP ${status}${known === undefined ? '' : `, ${known}`}${said === '' ? '' : `: ${said}`}`;
}

/** Returns what an answer says: the venue's own words, or that they are not the venue's. */
export function wordsOfBody(body: string): string {
  if (/^\s*<(!doctype|html|\?xml)/i.test(body)) return 'a page in HTML, as of a proxy or a firewall';
  try {
    const { code, msg } = JSON.parse(body) as { code?: unknown; msg?: unknown };
    if (typeof msg === 'string') return `${msg} (${String(code)})`.slice(0, DETAIL_CHARACTERS_MAX);
  } catch {
    // its own text then
  }
  return body.slice(0, DETAIL_CHARACTERS_MAX);
}

/** Returns in words why no connection came about. */
export function wordsOfError(error: unknown): string {
  const { code, message } = rootOf(error);
  const known = CODE_WORDS[code];
  if (known !== undefined) return `${known} (${code})`;
  if (/CERT|TLS|SSL|ISSUER|SELF_SIGNED/i.test(code)) return `TLS: ${message} (${code})`;
  if (/timeout|aborted/i.test(message)) return CODE_WORDS.ETIMEDOUT!;
  return message.slice(0, DETAIL_CHARACTERS_MAX);
}

/** `fetch` wraps what happened, and a dial to several addresses wraps one error of each. */
function rootOf(error: unknown): { readonly code: string; readonly message: string } {
  const { cause, errors, code, message } = error as {
    readonly cause?: unknown;
    readonly errors?: readonly unknown[];
    readonly code?: unknown;
    readonly message?: unknown;
  };
  const within = cause ?? errors?.[0];
  if (typeof within === 'object' && within !== null) return rootOf(within);
  return { code: String(code ?? ''), message: String(message ?? error) };
}
