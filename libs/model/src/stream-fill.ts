/**
 * How full a stream is. *Units*: bytes; `bytesADay` what it has come to a day. *Shape*: `daysLeft` null where
 * its oldest messages go by age before it is full; `refuses` where it then takes nothing more, else its
 * oldest go.
 */
export interface FilledStream {
  readonly stream: string;
  readonly bytes: number;
  readonly bytesMax: number;
  readonly bytesADay: number;
  readonly daysLeft: number | null;
  readonly refuses: boolean;
}

/** Returns how full a stream is in words: `RISK 72 % of 2.0 GiB, 4.9 MiB a day, 116 days left, …`. */
export function streamFillWords({
  stream,
  bytes,
  bytesMax,
  bytesADay,
  daysLeft,
  refuses,
}: FilledStream): string {
  return [
    `${stream} ${Math.floor((bytes / bytesMax) * 100)} % of ${sizeText(bytesMax)}`,
    `${sizeText(bytesADay)} a day`,
    daysLeft === null ? 'never full: its oldest go by age' : `${daysText(daysLeft)} left`,
    ...(daysLeft === null ? [] : [`then it ${refuses ? 'takes nothing more' : 'lets its oldest go'}`]),
  ].join(', ');
}

function daysText(days: number): string {
  return days < 10 ? `${days.toFixed(1)} days` : `${Math.floor(days)} days`;
}

function sizeText(bytes: number): string {
  const mib = bytes / 2 ** 20;
  return mib < 1_024 ? `${mib.toFixed(mib < 10 ? 1 : 0)} MiB` : `${(mib / 1_024).toFixed(1)} GiB`;
}
