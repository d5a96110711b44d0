import { BinanceStandIn, SPOT_DIALECT, USDM_DIALECT } from '@algo/testkit/venues';

const [, , kind, port, ...symbols] = process.argv;
const dialect = kind === 'usdm' ? USDM_DIALECT : SPOT_DIALECT;
const market = await BinanceStandIn.start({ dialect, symbols, port: Number(port) });
for (const [i, symbol] of symbols.entries()) market.rules.set(symbol, i % 2 ? { tickSize: '0.001' } : {});
function wanderer(k: number) {
  let [id, ticks, seed] = [0, 8_000 + k * 1000, 7 + k];
  return (timeMs: number) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    ticks = Math.max(1_000, ticks + (seed % 31) - 15);
    const [price, quantity] = [(ticks / 100).toFixed(2), `${1 + (seed % 5)}`];
    return { id: ++id, timeUs: timeMs * 1000, price, quantity, isBuyerMaker: seed % 2 === 0 };
  };
}
const nexts = symbols.map((s, k) => [s, wanderer(k)] as const);
const began = Date.now();
for (let m = 11 * 1440; m > 0; m--)
  for (const [s, next] of nexts) market.happen(s, [next(began - m * 60_000)]);
setInterval(() => {
  for (const [s, next] of nexts) market.tell(s, [next(Date.now())]);
}, 200);
console.log(market.url);
process.stdin.on('data', (d) => {
  const [cmd, a, b] = d.toString().trim().split(' ');
  if (cmd === 'halt') market.rules.set(a!, { status: 'HALT' });
  if (cmd === 'trade') market.rules.set(a!, {});
  if (cmd === 'tick') market.rules.set(a!, { tickSize: b! });
  if (cmd === 'gone') market.rules.set(a!, null);
  if (cmd === 'down') market.down(true);
  if (cmd === 'up') market.down(false);
  console.log('ok', cmd);
});
