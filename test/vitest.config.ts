import { cloudflareTest } from '@cloudflare/vitest-pool-workers';
import { defineConfig } from 'vitest/config';

/** Suites that start wrangler a dozen times: a minute, for `npm run test:deploy`. */
const ROLLOUTS = ['test/deploy/rollout.test.ts', 'test/deploy/preview.test.ts'];

/** Takes pictures for people to look at: four minutes, for `npm run screenshots`. */
const SCREENSHOTS = ['test/browser/screenshots.test.ts'];

/** Ends a test that hangs. No test waits on purpose, but a machine may be small and busy. */
const TIMEOUT_MS = 120_000;

/** Teaches `expect` the matchers of ours. */
const MATCHERS = ['test/support/matchers.ts'];

/** A poll ends when its condition holds. Vitest gives up after a second, in which a busy machine may do nothing. */
const EXPECT = { poll: { timeout: TIMEOUT_MS / 2 } };

export default defineConfig({
  test: {
    // Prints failures and the totals. For tests that pass it prints neither the title nor their log.
    reporters: ['minimal', './test/support/runtime-output.ts'],
    silent: 'passed-only',
    // vitest leaves a core unused; on two that is half of them.
    maxWorkers: 2,
    globalSetup: 'test/support/database/global-setup.ts',
    projects: [
      {
        test: {
          name: 'architecture',
          include: ['test/architecture.test.ts'],
          testTimeout: TIMEOUT_MS,
          hookTimeout: TIMEOUT_MS,
        },
      },
      {
        test: {
          name: 'node',
          include: [
            'test/emulators/**/*.test.ts',
            'test/deploy/**/*.test.ts',
            'test/media/**/*.test.ts',
            'test/worker/**/*.test.ts',
            'test/browser/**/*.test.ts',
          ],
          exclude: [...ROLLOUTS, ...SCREENSHOTS],
          setupFiles: MATCHERS,
          isolate: false,
          testTimeout: TIMEOUT_MS,
          hookTimeout: TIMEOUT_MS,
          expect: EXPECT,
        },
      },
      {
        test: {
          name: 'rollouts',
          include: ROLLOUTS,
          setupFiles: MATCHERS,
          testTimeout: TIMEOUT_MS,
          hookTimeout: TIMEOUT_MS,
          expect: EXPECT,
        },
      },
      {
        test: {
          name: 'screenshots',
          include: SCREENSHOTS,
          setupFiles: MATCHERS,
          testTimeout: TIMEOUT_MS,
          hookTimeout: TIMEOUT_MS,
          expect: EXPECT,
        },
      },
      {
        plugins: [cloudflareTest({ main: './src/worker.ts', wrangler: { configPath: './wrangler.toml' } })],
        test: {
          name: 'workerd',
          // One isolate for all files, which each make accounts, keys and scopes of their own: an isolate a file spends
          // its time on loading the same modules again.
          isolate: false,
          // Or vitest takes styles for something that no test looks at.
          css: true,
          include: ['test/unit/**/*.test.ts', 'test/http/**/*.test.ts'],
          setupFiles: MATCHERS,
          testTimeout: TIMEOUT_MS,
          hookTimeout: TIMEOUT_MS,
          expect: EXPECT,
        },
      },
    ],
  },
});
