/** Something that streams tell: whose it is, and its place among those of the same symbol. */
export interface StreamRow {
  readonly symbol: string;
  readonly id: number;
}

/** Streams of one kind. *Shape*: `name` is what stands behind a symbol in the name of a stream. */
export interface BinanceStream<Row extends StreamRow> {
  /** Where the combined streams are, behind the address. */
  readonly path: string;
  /** Behind the names of the streams. */
  readonly query: string;
  readonly name: string;
  /**
   * Returns what a stream's data tell, whose fields may be unreadable; `nothing` where that is nothing to us,
   * undefined where it is none of this kind.
   */
  readonly rowOf: (data: Readonly<Record<string, unknown>>) => Row | 'nothing' | undefined;
}
