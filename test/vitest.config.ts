import { cloudflareTest } from '@cloudflare/vitest-pool-workers';
import { defineConfig } from 'vitest/config';

/** What a test may take before something is wrong: the machines are small, and nothing here waits on purpose. */
const TIMEOUT_MS = 30_000;

export default defineConfig({
  test: {
    globalSetup: 'test/support/global-setup.ts',
    projects: [
      {
        test: { name: 'architecture', include: ['test/architecture.test.ts'], testTimeout: TIMEOUT_MS },
      },
      {
        test: {
          name: 'node',
          include: ['test/emulators/**/*.test.ts', 'test/worker/**/*.test.ts'],
          testTimeout: TIMEOUT_MS,
        },
      },
      {
        plugins: [cloudflareTest({ main: './src/worker.ts', wrangler: { configPath: './wrangler.toml' } })],
        test: {
          name: 'workerd',
          include: ['test/unit/**/*.test.ts', 'test/http/**/*.test.ts'],
          testTimeout: TIMEOUT_MS,
        },
      },
    ],
  },
});
