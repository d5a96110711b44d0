import { Decimal, type HaltScope, isPerson, type RiskEvent } from '@algo/model';
import { amountText, plain, signedText, toned, type Wording, worded } from './wording.ts';

const HUNDRED = Decimal.of('100');
const MEASURED_FROM = { daily: 'the start of the day', peak: 'the highest equity' } as const;
const RANKS = { none: 0, alert: 1, warning: 2, critical: 3, breaker: 4 } as const;

/** Returns what the guard of an account has to tell; null for a drawdown that eases. */
export function riskNotice(fact: Exclude<RiskEvent, { type: 'EquityMarked' }>): Wording | null {
  switch (fact.type) {
    case 'DrawdownLevelChanged':
      return drawdownNotice(fact);
    case 'PortfolioHealth':
      return healthNotice(fact);
    case 'TradingModeChanged':
      return modeNotice(fact);
    case 'PrintSetAside':
      return printNotice(fact);
    default:
      return fact satisfies never;
  }
}

function printNotice(fact: Extract<RiskEvent, { type: 'PrintSetAside' }>): Wording {
  const { instrument, price, lastPrice, timeUs } = fact;
  const rows = [
    plain('Instrument', instrument),
    plain('Print', String(price)),
    plain('Last good print', String(lastPrice)),
    plain('What follows', 'nothing, unless the next print is near it'),
  ];
  return worded('portfolio_health', 'warning', `Print set aside: ${instrument} at ${price}`, rows, timeUs);
}

function drawdownNotice(fact: Extract<RiskEvent, { type: 'DrawdownLevelChanged' }>): Wording | null {
  if (RANKS[fact.to] <= RANKS[fact.from]) return null;
  const percent = `${amountText(fact.drawdown.times(HUNDRED).rounded(2, 'half-even'))} %`;
  const rows = [
    plain('Account', fact.account),
    { label: 'Drawdown', value: percent, tone: 'loss' as const },
    plain('Measured from', MEASURED_FROM[fact.measure]),
    plain('Level', `${fact.from} to ${fact.to}`),
  ];
  if (fact.to === 'breaker') {
    const title = `CIRCUIT BREAKER: ${percent} lost, all positions are being closed`;
    return worded('circuit_breaker', 'critical', title, rows, fact.timeUs);
  }
  const priority = fact.to === 'critical' ? 'critical' : 'warning';
  return worded('portfolio_health', priority, `Drawdown ${fact.to}: ${percent}`, rows, fact.timeUs);
}

function healthNotice(fact: Extract<RiskEvent, { type: 'PortfolioHealth' }>): Wording {
  const { account, from, to, score, positions, unrealized, btcCorrelation, drawdown, action, timeUs } = fact;
  const percent = `${amountText(drawdown.times(HUNDRED).rounded(2, 'half-even'))} %`;
  const rows = [
    plain('Account', account),
    plain('Health', `${score.toFixed(1)} of 100 (${from} to ${to})`),
    plain('What follows', action),
    plain('Open positions', String(positions)),
    toned('Unrealised P&L', signedText(unrealized), unrealized),
    plain('Drawdown of the day', percent),
    plain('Correlation to BTC', btcCorrelation === null ? 'not known' : btcCorrelation.toFixed(2)),
  ];
  const priority = to === 'critical' ? 'critical' : 'warning';
  return worded('portfolio_health', priority, `Portfolio health ${to}: ${action}`, rows, timeUs);
}

function modeNotice(fact: Extract<RiskEvent, { type: 'TradingModeChanged' }>): Wording {
  const scope = scopeText(fact.scope);
  const rows = [
    plain('Scope', scope),
    plain('Mode', fact.mode),
    plain('Reason', fact.reason),
    plain('By', fact.by),
    plain('Ends', endOf(fact)),
  ];
  switch (fact.mode) {
    case 'active':
      return worded('entries_stopped', 'warning', `Trading resumed: ${scope}`, rows, fact.timeUs);
    case 'reducing':
      return worded('entries_stopped', 'warning', `Entries stopped: ${scope}`, rows, fact.timeUs);
    case 'halted': {
      const kind = fact.latched ? 'circuit_breaker' : 'entries_stopped';
      return worded(kind, 'critical', `Trading halted: ${scope}`, rows, fact.timeUs);
    }
    default:
      return fact.mode satisfies never;
  }
}

function endOf({ mode, by, latched }: Extract<RiskEvent, { type: 'TradingModeChanged' }>): string {
  if (mode === 'active') return 'now';
  return latched || isPerson(by) ? 'when a person sets it active' : 'by itself, when its cause is over';
}

function scopeText(scope: HaltScope): string {
  switch (scope.kind) {
    case 'account':
      return `account ${scope.account}`;
    case 'venue':
      return `venue ${scope.venue}`;
    case 'instrument':
      return `instrument ${scope.instrument}`;
    case 'strategy':
      return `strategy ${scope.strategy}`;
    default:
      return scope satisfies never;
  }
}
