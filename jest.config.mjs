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
  // For all projects: jest does not read it inside one. A busy machine of two cores is slow, not wrong.
  testTimeout: 60_000,
  // Modules of a test file stay in the heap of their process after it: without a fresh one now and then, collecting garbage is all it does.
  workerIdleMemoryLimit: '800MB',
  projects: [
    {
      ...base,
      displayName: 'unit',
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/engines/', '<rootDir>/test/conformance/'],
    },
    {
      ...base,
      displayName: 'engines',
      testMatch: ['<rootDir>/test/engines/**/*.test.ts', '<rootDir>/test/conformance/**/*.test.ts'],
      globalSetup: '<rootDir>/test/engines/global-setup.mjs',
      globalTeardown: '<rootDir>/test/engines/global-teardown.mjs',
    },
  ],
};
