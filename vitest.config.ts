import { defineConfig } from 'vitest/config';

/** Workspace packages are read from their sources, so that no test sees a stale build. */
export default defineConfig({
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    include: ['libs/*/src/**/*.spec.ts', 'apps/*/src/**/*.spec.ts', 'test/**/*.spec.ts'],
    exclude: ['test/lab/**', 'test/long/**', '**/node_modules/**'],
    testTimeout: 20_000,
    maxWorkers: 2,
  },
});
