import { BTC, Scenario } from './position-risk-scenario.ts';

/** Returns a long of 1 whose stop has just fired at second 1; the first command is out. */
export function fired(): Scenario {
  const story = new Scenario();
  story.open('long', '1', '50000');
  story.prices(BTC, [1, 49_700]);
  if (story.commands.length !== 1) throw new Error(`${story.commands.length} commands are out, not one`);
  return story;
}

/** Returns what was said of trading modes. */
export function modes(story: Scenario) {
  return story.log.filter((event) => event.type === 'TradingModeChanged');
}
