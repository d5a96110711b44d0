/** What the simulated services are configured by: the made-up market, and a configuration that trades often. */
export const ENVIRONMENT: Readonly<Record<string, string>> = {
  ALGO_INSTRUMENTS: 'synthetic.spot.ALGOUSD',
  ALGO_WARM_HISTORY_MINUTES: '10',
  ALGO_TRADING_CONFIGS_DIR: 'test/simulation/trading',
  ALGO_TRADING_CONFIG: 'eager',
};
