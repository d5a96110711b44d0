export const DATA_DIR = [
  '--data-dir <dir>',
  'data directory (default: the running engine, else the latest)',
] as const;
export const JSON_OUT = ['--json', 'JSON lines'] as const;
export const LAYOUT = 'columns of files without a header, such as time,price,quantity,side,id; or kraken';
export const ACCEPT_REFUSED = [
  '--accept-refused <n>',
  'rows of a recording that may be refused, where they are over 1 % of all',
] as const;
