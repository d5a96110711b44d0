import { FAMILIES, type Fact, type FamilyPlan } from '@algo/contracts';
import { expect, test } from 'vitest';
import type { NoticeKind } from './notice.ts';
import { noticeOf } from './notice-of.ts';
import * as facts from './testing/notifier-scenario.ts';

const { machinery } = facts;

/** A fact that causes each kind of notice; a kind without a cause doesn't compile. */
const causes: { readonly [Kind in NoticeKind]: Fact } = {
  signal: facts.raised,
  position_opened: facts.opened,
  position_closed: facts.closed('1', '1'),
  order_failed: facts.rejected(),
  system_error: machinery.unread,
  connection: machinery.lost,
  entries_stopped: facts.mode('reducing', false),
  portfolio_health: facts.drawdown('none', 'alert', '0.02'),
  circuit_breaker: facts.drawdown('critical', 'breaker', '0.05'),
  reconciliation: machinery.failed,
  command_refused: machinery.refused,
  service: machinery.down,
};

test.each(Object.entries(causes))(
  'a notice of kind %s is caused by a fact that it may read',
  (kind, given) => {
    expect(noticeOf(facts.id(1), given)?.kind).toBe(kind);
    const family = Object.values<FamilyPlan>(FAMILIES).find(({ messages }) => messages.includes(given.name));
    expect(family?.readers).toContain('notifier');
  },
);
