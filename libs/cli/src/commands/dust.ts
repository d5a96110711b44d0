import type { CliEnvironment } from '../config.ts';
import { type AccessOptions, accountOf, openEngine } from '../engine/engine-access.ts';
import { readAccount } from '../reading/account-view.ts';
import { alignedRows, printLine } from '../reading/output.ts';
import { dustRows, shownDust } from '../reading/shown-dust.ts';

/** Lists what positions left that no order could close, and from which price on it is sold. */
export async function dust(
  options: AccessOptions & { readonly json?: boolean },
  environment: CliEnvironment,
): Promise<void> {
  await using access = await openEngine(options, environment);
  const view = await readAccount(access.bus, accountOf(access.engine, options.account));
  const shown = await shownDust(access.bus, view.dust, environment);
  if (options.json === true) {
    for (const one of shown) await printLine(JSON.stringify(one));
    return;
  }
  if (shown.length === 0) return printLine('nothing is left over');
  for (const line of alignedRows(dustRows(shown))) await printLine(line);
}
