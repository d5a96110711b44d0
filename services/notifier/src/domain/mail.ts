import { type EventId, hashId } from '@algo/model';
import { type Notice, type NoticeRow, PRIORITIES, PRIORITY_MARKS, type Priority } from './notice.ts';
import { timeText } from './wording.ts';

/**
 * A mail ready to send. *Shape*: `subject` is one line; plain JSON.
 */
export interface Mail {
  /** A function of the facts it tells, so that the same mail is never queued twice. */
  readonly id: string;
  readonly events: readonly EventId[];
  readonly kind: string;
  readonly priority: Priority;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

const SUBJECT_MAX = 160;
const VALUE_MAX = 2_000;
const COLOURS = { plain: '#1f2937', gain: '#15803d', loss: '#b91c1c' } as const satisfies Record<
  NoticeRow['tone'],
  string
>;

/** Returns the mail that tells one notice. */
export function mailOf(notice: Notice): Mail {
  return page([notice], notice.title, 0, notice.kind);
}

/**
 * Returns the one mail that tells several notices, most urgent first. *Shape*: `dropped` more happened and
 * are only counted; notices are at least one.
 */
export function digestOf(notices: readonly Notice[], dropped: number, headline: string): Mail {
  const sorted = PRIORITIES.flatMap((priority) => notices.filter((notice) => notice.priority === priority));
  return page(sorted, headline, dropped, 'digest');
}

function page(notices: readonly Notice[], title: string, dropped: number, kind: string): Mail {
  const priority = PRIORITIES.find((level) => notices.some((notice) => notice.priority === level)) ?? 'info';
  const more = dropped === 0 ? '' : `and ${dropped} more that are not listed`;
  const many = notices.length > 1 || dropped > 0;
  const subject = oneLine(`${PRIORITY_MARKS[priority]} ${title}`, SUBJECT_MAX);
  const events = notices.map(({ id }) => id);
  return {
    id: hashId('mail', ...events),
    events,
    kind,
    priority,
    subject,
    text: [...(many ? [subject] : []), ...notices.map(textOf), ...(more === '' ? [] : [more])].join('\n\n'),
    html: frame(many ? subject : '', notices.map(htmlOf).join(''), more),
  };
}

function textOf(notice: Notice): string {
  const rows = notice.rows.map(({ label, value }) => `${label}: ${oneLine(value, VALUE_MAX)}`);
  const title = oneLine(`${PRIORITY_MARKS[notice.priority]} ${notice.title}`, VALUE_MAX);
  return [title, ...rows, `Time: ${timeText(notice.timeUs)}`].join('\n');
}

function htmlOf(notice: Notice): string {
  const time: NoticeRow = { label: 'Time', value: timeText(notice.timeUs), tone: 'plain' };
  const rows = [...notice.rows, time].map(
    ({ label, value, tone }) =>
      `<tr><td style="padding:2px 12px 2px 0;color:#6b7280">${escapeHtml(label)}</td>` +
      `<td style="padding:2px 0;color:${COLOURS[tone]}${tone === 'plain' ? '' : ';font-weight:bold'}">` +
      `${escapeHtml(oneLine(value, VALUE_MAX))}</td></tr>`,
  );
  const title = `${PRIORITY_MARKS[notice.priority]} ${escapeHtml(oneLine(notice.title, VALUE_MAX))}`;
  const table = `<table role="presentation">${rows.join('')}</table>`;
  return `<h2 style="font-size:16px;margin:16px 0 4px">${title}</h2>${table}`;
}

function frame(heading: string, content: string, more: string): string {
  const top = heading === '' ? '' : `<h1 style="font-size:18px;margin:0">${escapeHtml(heading)}</h1>`;
  const end = more === '' ? '' : `<p>${escapeHtml(more)}</p>`;
  return (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"></head>' +
    '<body style="font-family:sans-serif;font-size:14px;color:#1f2937">' +
    `${top}${content}${end}</body></html>`
  );
}

/** Returns text that HTML shows as it is, inside elements and quoted attributes alike. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/**
 * Returns text on one line, without control and direction-changing
 * characters: no value can add a header or a row.
 */
function oneLine(text: string, max: number): string {
  const clean = text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, ' ')
    .trim();
  const letters = Array.from(clean);
  return letters.length <= max ? letters.join('') : `${letters.slice(0, max - 1).join('')}…`;
}
