import { MailService, type ResponseError } from '@sendgrid/mail';
import type { Mail } from '../domain/mail.ts';
import type { SendOutcome } from '../domain/outbox.ts';
import type { NotificationChannel } from './notification-channel.ts';

/**
 * A credential that shows itself only when asked, so that
 * it can't slip into a log with the object that holds it.
 */
export interface Secret {
  reveal(): string;
}

/** Where mails go. *Units*: `timeoutMs` for one request. */
export interface SendGridSettings {
  readonly apiKey: Secret;
  readonly from: { readonly email: string; readonly name: string };
  readonly to: readonly string[];
  readonly timeoutMs: number;
  /** Another address than SendGrid's own, such as its EU region's. */
  readonly baseUrl?: string;
}

/** The part of the package's client that its types leave out. */
interface WithClient {
  readonly client: { setDefaultRequest(key: 'baseUrl' | 'timeout', value: string | number): void };
}

const REASON_MAX = 300;

/**
 * Sends mails through SendGrid's v3 API. Nothing from 200 to 299 was refused; 429 and 5xx and a broken
 * connection are worth another try, other answers are final. A request that timed out may have arrived: at
 * least once, not exactly once.
 */
export class SendGridChannel implements NotificationChannel {
  readonly name = 'sendgrid';
  readonly #settings: SendGridSettings;
  readonly #service: MailService;

  constructor(settings: SendGridSettings) {
    this.#settings = settings;
    this.#service = new MailService();
    this.#service.setApiKey(settings.apiKey.reveal());
    const { client } = this.#service as MailService & WithClient;
    client.setDefaultRequest('timeout', settings.timeoutMs);
    if (settings.baseUrl !== undefined) client.setDefaultRequest('baseUrl', settings.baseUrl);
  }

  async send(mail: Mail): Promise<SendOutcome> {
    try {
      await this.#service.send({
        from: { ...this.#settings.from },
        to: [...this.#settings.to],
        subject: mail.subject,
        content: [
          { type: 'text/plain', value: mail.text },
          { type: 'text/html', value: mail.html },
        ],
        categories: [mail.kind, mail.priority],
        customArgs: { mail_id: mail.id },
        // Rewritten links and tracking pixels have no business in an alarm.
        trackingSettings: { clickTracking: { enable: false }, openTracking: { enable: false } },
      });
      return { type: 'sent' };
    } catch (cause) {
      return outcomeOf(cause);
    }
  }
}

function outcomeOf(cause: unknown): SendOutcome {
  if (!isResponseError(cause)) {
    // No answer: timeout, reset, refused, no route, no name.
    // Only the code is told, the rest may quote the request.
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'no answer';
    return { type: 'retry', reason: code, afterMs: null };
  }
  const reason = `${cause.code} ${saidBy(cause.response.body) || cause.message}`.slice(0, REASON_MAX);
  if (cause.code === 429 || cause.code === 408 || cause.code >= 500)
    return { type: 'retry', reason, afterMs: retryAfterMs(cause.response.headers) };
  return { type: 'dead', reason };
}

function isResponseError(cause: unknown): cause is ResponseError {
  return cause instanceof Error && 'response' in cause && 'code' in cause && typeof cause.code === 'number';
}

/** SendGrid explains itself in `errors[].message`. */
function saidBy(body: unknown): string {
  if (typeof body !== 'object' || body === null || !('errors' in body) || !Array.isArray(body.errors))
    return '';
  return body.errors
    .map((error: unknown) =>
      typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : '',
    )
    .join('; ');
}

/** *Source*: RFC 9110 §10.2.3: seconds, or a date. */
function retryAfterMs(headers: unknown): number | null {
  if (typeof headers !== 'object' || headers === null || !('retry-after' in headers)) return null;
  const value = String(headers['retry-after']);
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1_000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : Math.max(0, date - Date.now());
}
