import type { Check } from '@algo/model';

/** What a check says whose input does not exist yet. */
export const NOT_AVAILABLE = 'not available';

/** Returns the number itself, or null for one that is missing or not finite. */
export function available(value: number | null | undefined): number | null {
  return value === null || value === undefined || !Number.isFinite(value) ? null : value;
}

/** Returns the record of a comparison that was made: what was seen, against what, and whether it holds. */
export function judged(
  name: string,
  value: number | null | undefined,
  threshold: number | null,
  passed: boolean,
  note: string,
): Check {
  return { name, value: available(value), threshold, passed, points: null, pointsMax: null, note };
}

/**
 * Returns a check that must hold. An input that is not available never holds.
 * `holds` is stated positively (`x >= 20`), so that a number that compares with nothing cannot slip through.
 */
export function gate(
  name: string,
  value: number | null | undefined,
  threshold: number | null,
  holds: (value: number) => boolean,
  note: string,
): Check {
  const known = available(value);
  const passed = known !== null && holds(known);
  return judged(name, known, threshold, passed, known === null ? NOT_AVAILABLE : note);
}

/** Returns a check that only shows a number: it neither passes nor fails. */
export function shown(name: string, value: number | null | undefined, note: string): Check {
  const known = available(value);
  return { ...judged(name, known, null, false, known === null ? NOT_AVAILABLE : note), passed: null };
}

/** Returns the names of the checks that do not hold, with what each saw: `regime.adx=18 (threshold 20)`. */
export function failures(checks: readonly Check[]): string {
  return checks
    .filter((check) => check.passed === false)
    .map((check) => {
      const seen = check.value === null ? NOT_AVAILABLE : `${check.value}`;
      return check.threshold === null
        ? `${check.name}=${seen}`
        : `${check.name}=${seen} (threshold ${check.threshold})`;
    })
    .join(', ');
}
