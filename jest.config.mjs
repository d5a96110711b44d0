// Three suites by file name: *.test.ts (pure), *.int.test.ts
// (real nats-server, real files), test/ (the whole house).
export default {
  rootDir: '.',
  roots: ['<rootDir>/libs', '<rootDir>/services', '<rootDir>/test', '<rootDir>/scripts'],
  testMatch: ['**/*.test.ts', '**/*.test.mjs'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/scripts/jest/strip-types.mjs' },
  modulePathIgnorePatterns: ['<rootDir>/.cache', '<rootDir>/data'],
  setupFilesAfterEnv: ['<rootDir>/scripts/jest/one-seed.mjs'],
  testEnvironment: '<rootDir>/scripts/jest/plain-global-environment.mjs',
  testSequencer: '<rootDir>/scripts/jest/longest-first.mjs',
  testTimeout: 30_000,
  maxWorkers: 3, // of two cores: see longest-first.mjs
};
