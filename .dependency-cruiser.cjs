// Who may import whom. Imports go down only: proto → model → {contracts, indicators} →
// {read-models, bus, venues, tickstore, tradefiles, state, strategy, market-analytics,
// simulation} → runtime → {testkit, cli} →
// services → test.

/** What each library may import of the others, beside its npm packages. The whole house law in one table. */
const LOWEST = ['model', 'contracts', 'indicators'];
const MAY_IMPORT = {
  model: [],
  contracts: ['model'],
  indicators: ['model'],
  bus: LOWEST,
  tickstore: LOWEST,
  tradefiles: ['model'],
  strategy: LOWEST,
  'market-analytics': ['model', 'indicators'],
  simulation: LOWEST,
  'read-models': ['model', 'contracts'],
  state: [...LOWEST, 'bus'],
  venues: LOWEST,
  runtime: [...LOWEST, 'bus', 'venues', 'tickstore', 'state', 'strategy', 'simulation'],
  testkit: [...LOWEST, 'bus', 'venues', 'tickstore', 'state', 'strategy', 'simulation', 'runtime'],
  cli: [
    ...[...LOWEST, 'bus', 'venues', 'tickstore', 'tradefiles', 'state', 'strategy', 'simulation'],
    ...['read-models', 'runtime', 'market-analytics'],
  ],
};

/** What only tests use stands in a folder testing/ beside them, and may import what they may. */
const TESTS = '(\\.test\\.(ts|mjs)|/testing/[^/]+)$';

const layers = Object.entries(MAY_IMPORT).map(([lib, allowed]) => ({
  name: `layer-${lib}`,
  comment: `imports go down only: libs/${lib} may import ${allowed.join(', ') || 'only npm packages'}`,
  severity: 'error',
  from: { path: `^libs/${lib}/`, pathNot: TESTS },
  to: { path: '^(libs|services|test)/', pathNot: `^libs/(${[lib, ...allowed].join('|')})/` },
}));

module.exports = {
  forbidden: [
    ...layers,
    {
      name: 'layer-lib-tests',
      comment: 'A test of a library may open the test kit too, but no service',
      severity: 'error',
      from: { path: `^libs/.*${TESTS}` },
      to: { path: '^(services|test)/' },
    },
    {
      name: 'domain-is-pure',
      comment:
        'domain/ imports its own folder and the pure libraries; of bus and contracts types',
      severity: 'error',
      from: { path: '^services/([^/]+)/src/domain/', pathNot: TESTS },
      to: {
        pathNot: '^(libs/(model|indicators|market-analytics|strategy|simulation|bus|contracts)|services/$1/src/domain)/',
      },
    },
    {
      name: 'domain-knows-types-alone',
      comment: 'A machine is written over the types of facts and of its driver, and runs without them',
      severity: 'error',
      from: { path: '^services/([^/]+)/src/domain/', pathNot: TESTS },
      to: { path: '^libs/(bus|contracts)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-service-to-service',
      comment: 'Services share facts, not code; only backtest opens the doors of another',
      severity: 'error',
      from: { path: '^services/([^/]+)/', pathNot: '^services/backtest/' },
      to: { path: '^services/', pathNot: '^services/$1/' },
    },
    {
      name: 'backtest-through-the-doors',
      comment: 'backtest imports another service only as @algo/<service>/service, ./domain or ./recordings',
      severity: 'error',
      from: { path: '^services/backtest/' },
      to: {
        path: '^services/',
        pathNot: '^services/(backtest/|[^/]+/src/(service|recordings|domain/index)\\.ts$)',
      },
    },
    {
      name: 'tests-through-the-doors',
      comment: 'Of the tests only test/simulation, test/acceptance and test/bench open services',
      severity: 'error',
      from: { path: '^test/', pathNot: '^test/(simulation|acceptance|bench)/' },
      to: { path: '^services/' },
    },
    {
      name: 'simulation-through-the-doors',
      comment: 'test/simulation, test/acceptance and test/bench import a service only by its doors',
      severity: 'error',
      from: { path: '^test/(simulation|acceptance|bench)/' },
      to: {
        path: '^services/',
        pathNot: '^services/[^/]+/src/(service|index|cli-command|domain/index)\\.ts$',
      },
    },
    ...[
      ['engine', 'reading|supervisor|commands'],
      ['reading', 'supervisor|commands'],
      ['supervisor', 'commands'],
    ].map(([room, above]) => ({
      name: `cli-${room}`,
      comment: 'The rooms of the command line: commands over supervisor over reading over engine',
      severity: 'error',
      from: { path: `^libs/cli/src/${room}/`, pathNot: TESTS },
      to: { path: `^libs/cli/src/(${above})/` },
    })),
    {
      name: 'nothing-imports-tests',
      comment: 'test/ is the top: what is worth sharing belongs in libs/testkit',
      severity: 'error',
      from: { path: '^(libs|services|scripts)/' },
      to: { path: '^test/' },
    },
    {
      name: 'testkit-in-tests-only',
      comment: 'The test kit never ships: only tests import it',
      severity: 'error',
      from: { path: '^(libs|services|scripts)/', pathNot: `(^libs/testkit/|${TESTS})` },
      to: { path: '^libs/testkit/' },
    },
    {
      name: 'testing-in-tests-only',
      comment: 'A folder testing/ holds what tests share: no code that ships reaches it',
      severity: 'error',
      from: { path: '^(libs|services|scripts)/', pathNot: TESTS },
      to: { path: '^(libs|services|scripts)/.*/testing/' },
    },
    {
      name: 'scripts-stand-alone',
      comment: 'scripts/ run before anything is installed: Node and their own folder only',
      severity: 'error',
      from: { path: '^scripts/(run|algo|nats-server|bootstrap/|nats-server/)', pathNot: TESTS },
      to: { pathNot: '^scripts/', dependencyTypesNot: ['core'] },
    },
    {
      name: 'no-cycles',
      comment: 'A cycle of imports is one module pretending to be several',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'through-package-exports',
      comment: 'Not found: misspelt, not in the package.json, or a deep import past the exports of a package',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '/generated/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
