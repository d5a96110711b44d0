/**
 * Something a person or another system gave us is unusable. Says what, where and how to mend it.
 * *Errors*: shown to people as its message alone, without a stack.
 */
export class InputError extends Error {
  override readonly name = 'InputError';
  readonly field: string;
  readonly value: string;
  readonly because: string;
  readonly remedy: string;
  /** True where it may pass by itself, as a lock, a full disk or an unreachable server: worth another try. */
  readonly isPassing: boolean;

  constructor(problem: {
    readonly field: string;
    readonly value: unknown;
    readonly because: string;
    readonly remedy: string;
    readonly isPassing?: boolean;
  }) {
    const value = typeof problem.value === 'string' ? JSON.stringify(problem.value) : String(problem.value);
    super(`${problem.field} = ${value}: ${problem.because}. ${problem.remedy}`);
    this.field = problem.field;
    this.value = value;
    this.because = problem.because;
    this.remedy = problem.remedy;
    this.isPassing = problem.isPassing ?? false;
  }
}
