import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How the fake answers the next request. */
export type SendGridFault =
  | { readonly type: 'status'; readonly code: number; readonly headers?: Record<string, string> }
  | { readonly type: 'silence' }
  | { readonly type: 'reset' };

/** The part of a v3 mail body that is checked and shown. *Source*: SendGrid API v3, `POST /v3/mail/send`. */
export interface AcceptedMail {
  readonly personalizations: readonly { readonly to: readonly { readonly email: string }[] }[];
  readonly from: { readonly email: string; readonly name?: string };
  readonly subject: string;
  readonly content: readonly { readonly type: string; readonly value: string }[];
  readonly custom_args?: Readonly<Record<string, string>>;
}

/**
 * SendGrid's mail endpoint on a local port: checks key and
 * body as the real one does, and fails on demand. For tests.
 */
export class FakeSendGrid implements AsyncDisposable {
  readonly accepted: AcceptedMail[] = [];
  readonly faults: SendGridFault[] = [];
  requests = 0;
  readonly #apiKey: string;
  readonly #server = createServer((request, response) => void this.#serve(request, response));

  private constructor(apiKey: string) {
    this.#apiKey = apiKey;
  }

  static async start(apiKey: string): Promise<FakeSendGrid> {
    const fake = new FakeSendGrid(apiKey);
    const { promise, resolve } = Promise.withResolvers<void>();
    fake.#server.listen(0, '127.0.0.1', resolve);
    await promise;
    return fake;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    this.#server.closeAllConnections();
    await promise;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests++;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const fault = this.faults.shift();
    if (fault?.type === 'silence') return;
    if (fault?.type === 'reset') {
      request.socket.resetAndDestroy();
      return;
    }
    if (fault?.type === 'status') {
      refuse(response, fault.code, 'fault on demand', fault.headers);
      return;
    }
    if (request.method !== 'POST' || request.url !== '/v3/mail/send') refuse(response, 404, 'not found');
    else if (request.headers.authorization !== `Bearer ${this.#apiKey}`)
      refuse(response, 401, 'The provided authorization grant is invalid, expired, or revoked');
    else this.#take(Buffer.concat(chunks).toString('utf8'), response);
  }

  #take(body: string, response: ServerResponse): void {
    const mail: AcceptedMail = JSON.parse(body);
    const problem = problemOf(mail);
    if (problem !== null) {
      refuse(response, 400, problem);
      return;
    }
    this.accepted.push(mail);
    response.writeHead(202, { 'X-Message-Id': `message-${this.accepted.length}` }).end();
  }
}

function refuse(
  response: ServerResponse,
  code: number,
  message: string,
  headers: Record<string, string> = {},
): void {
  const body = JSON.stringify({ errors: [{ message, field: null, help: null }] });
  response.writeHead(code, { 'Content-Type': 'application/json', ...headers }).end(body);
}

/** Returns what the API would complain of, null when the body is in order. */
function problemOf(mail: AcceptedMail): string | null {
  const recipients = mail.personalizations?.flatMap(({ to }) => to ?? []) ?? [];
  if (recipients.length === 0)
    return 'The personalizations field is required and must have at least one recipient.';
  if (![mail.from, ...recipients].every((address) => /^[^@\s]+@[^@\s]+$/.test(address?.email ?? '')))
    return 'Does not contain a valid address.';
  if (typeof mail.subject !== 'string' || mail.subject === '') return 'The subject is required.';
  if (/[\r\n]/.test(mail.subject)) return 'The subject must be one line.';
  const types = mail.content?.map(({ type }) => type).join();
  if (types !== 'text/plain,text/html') return 'Content must be text/plain first, then text/html.';
  if (mail.content.some(({ value }) => typeof value !== 'string' || value === ''))
    return 'The content is empty.';
  return null;
}
