import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { bindingNames, readWranglerConfig } from '../../src/ops/wrangler-config.ts';
import { ROOT } from '../support/worker/bundle.ts';

test('wrangler deploy --dry-run builds the Worker and resolves every binding, with neither login nor network', () => {
  const { CLOUDFLARE_API_TOKEN: _, CLOUDFLARE_ACCOUNT_ID: __, ...env } = process.env;
  const output = execFileSync('wrangler', ['deploy', '--dry-run'], {
    cwd: ROOT,
    encoding: 'utf8',
    // Nothing listens on this port, so a call of Cloudflare fails.
    env: {
      ...env,
      CLOUDFLARE_API_BASE_URL: 'http://127.0.0.1:9',
      WRANGLER_SEND_METRICS: 'false',
      WRANGLER_HIDE_BANNER: 'true',
    },
  });
  expect(output).toContain('[custom build] Running: node src/build/worker.ts');
  const resolved = [...output.matchAll(/^env\.(\w+)/gm)].map(([, name]) => name);
  expect(resolved.sort()).toEqual(bindingNames(readWranglerConfig()));
  expect(output).toContain('--dry-run: exiting now.');
});
