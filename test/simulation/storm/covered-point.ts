/** A kind of fault that lost money or stood still once, what is right, and the tests that hold it. */
export interface CoveredPoint {
  readonly point: number | string;
  readonly fault: string;
  readonly right: string;
  readonly tests: readonly { readonly file: string; readonly name: string }[];
}
