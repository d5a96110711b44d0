import type { Fault } from './fault-plan.ts';

/** Who hears events; one that is late waits for the next. */
export interface Hearer {
  held: string | null;
  readonly send: (text: string) => void;
}

/** Tells an event to a hearer as a fault has it: once, twice, after the next, or never. */
export function tell(hearer: Hearer, text: string, fault: Fault | undefined): void {
  if (fault?.does === 'delay') {
    hearer.held = text;
    return;
  }
  if (fault !== undefined && fault.does !== 'duplicate') return;
  hearer.send(text);
  if (fault?.does === 'duplicate') hearer.send(text);
  if (hearer.held !== null) hearer.send(hearer.held);
  hearer.held = null;
}
