import { expect, test } from 'vitest';
import { SpotLink } from './spot-link.ts';
import { spotOnStandIn } from './testing/spot-on-stand-in.ts';

const BUSY = { code: -1003, msg: 'Too much request weight used; current limit is 6000.' };

test.each(['direct', 'ccxt'] as const)(
  'what waited for the time does not leave (%s) where the venue has said meanwhile that it wants none',
  async (primary) => {
    await using house = await spotOnStandIn();
    const reply = { status: 429, body: BUSY, headers: { 'Retry-After': '30' } };
    house.exchange.fault('GET /api/v3/time', 3, { does: 'answer', at: 'before', reply });
    // A new life measures the time first: two answers, and then a word that it be left alone.
    await using link = new SpotLink({ ...house.parts, paths: { primary } });
    await expect(link.read('/api/v3/account', {}, 20, 'look_up')).rejects.toThrow(
      /wants no request for 30000 ms/,
    );
    const asked = house.exchange.journal.entries.map(({ endpoint }) => endpoint);
    expect(asked).not.toContain('GET /api/v3/account');
    house.clock.advance(30_000);
    await expect(link.read('/api/v3/account', {}, 20, 'look_up')).resolves.toBeDefined();
  },
);
