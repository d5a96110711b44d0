import type { EventId, TimeUs } from '@algo/model';

/** How much it matters: critical wants a person now, warning soon, info when convenient. */
export const PRIORITIES = ['critical', 'warning', 'info'] as const;
/** One of PRIORITIES. */
export type Priority = (typeof PRIORITIES)[number];

/** What opens a subject line. */
export const PRIORITY_MARKS = { critical: '🔴', warning: '🟡', info: '🟢' } as const satisfies Record<
  Priority,
  string
>;

/** What a notice tells of. */
export type NoticeKind =
  | 'signal'
  | 'position_opened'
  | 'position_closed'
  | 'order_failed'
  | 'system_error'
  | 'connection'
  | 'entries_stopped'
  | 'portfolio_health'
  | 'circuit_breaker'
  | 'reconciliation'
  | 'command_refused'
  | 'service';

/**
 * One line of a notice. `tone` colours a value that is good
 * or bad for us. Values are raw: the page escapes them.
 */
export interface NoticeRow {
  readonly label: string;
  readonly value: string;
  readonly tone: 'plain' | 'gain' | 'loss';
}

/** One fact in words, before it is put on a page. *Shape*: `title` is one line without the priority mark. */
export interface Notice {
  readonly id: EventId;
  readonly kind: NoticeKind;
  readonly priority: Priority;
  readonly title: string;
  readonly rows: readonly NoticeRow[];
  readonly timeUs: TimeUs;
}
