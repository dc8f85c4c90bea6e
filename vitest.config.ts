import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    // Command tests capture what the code under test writes to the real streams.
    disableConsoleIntercept: true,
    setupFiles: ['test/support/wait-longer.ts'],
    expect: { poll: { timeout: 20_000 } },
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // The journeys wait more than they work.
    maxWorkers: 3,
  },
});
