/** Two projects: pure and mocked tests, and the pipeline on the real engines, which are started only when one of its tests runs. */
const base = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2024', parser: { syntax: 'typescript' } }, module: { type: 'es6' } }],
  },
  modulePathIgnorePatterns: ['<rootDir>/cdk.out', '<rootDir>/.oncehook'],
};

export default {
  projects: [
    {
      ...base,
      displayName: 'unit',
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/engines/'],
    },
    {
      ...base,
      displayName: 'engines',
      testMatch: ['<rootDir>/test/engines/**/*.test.ts'],
      testTimeout: 60_000,
      globalSetup: '<rootDir>/test/engines/global-setup.mjs',
      globalTeardown: '<rootDir>/test/engines/global-teardown.mjs',
    },
  ],
};
