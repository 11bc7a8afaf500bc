import { describe, expect, test } from 'vitest';
import { isAllowedTarget } from '../../../src/domain/deliveries/target.ts';

const PRODUCTION = { webOrigin: 'https://jestha.com', apiOrigin: 'https://api.jestha.com' };
const PREVIEW = {
  webOrigin: 'https://pr-7-jestha-api-preview.acme.workers.dev',
  apiOrigin: 'https://pr-7-jestha-api-preview.acme.workers.dev',
};
const LOCAL = { webOrigin: 'http://localhost:8787', apiOrigin: 'http://localhost:8787' };

describe('a target of webhooks', () => {
  test.each([
    'https://example.com/hook',
    'https://example.com',
    'https://hooks.example.co.uk/a?b=c#d',
    'https://my-worker.acme.workers.dev/',
    'https://notjestha.com/',
    'https://jestha.com.example.org/',
    'https://münchen.example.net/',
    'https://example.com:443/',
  ])('may be %s', (url) => {
    expect(isAllowedTarget(url, PRODUCTION)).toBe(true);
  });

  test.each([
    'http://example.com/',
    'http://localhost:3000/hook',
    'https://localhost/',
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://[::1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://169.254.169.254/latest/meta-data',
    'https://user@example.com/',
    'https://user:password@example.com/',
    'https://example.com:8443/',
    'https://printer.local/',
    'https://metadata.google.internal/',
    'https://internal/',
    'https://jestha.com/',
    'https://JESTHA.com/',
    'https://jestha.com./',
    'https://api.jestha.com/api/posts',
    'https://deep.api.jestha.com/',
    'https://jestha-api.acme.workers.dev/',
    'https://pr-7-jestha-api-preview.acme.workers.dev/',
    'ftp://example.com/',
    'data:text/plain,x',
    'javascript:alert(1)',
    'example.com',
    '',
    `https://example.com/${'x'.repeat(2_048)}`,
  ])('is never %.60s', (url) => {
    expect(isAllowedTarget(url, PRODUCTION)).toBe(false);
  });

  test('of a preview is nothing of the account of previews', () => {
    expect(isAllowedTarget('https://other.acme.workers.dev/', PREVIEW)).toBe(false);
    expect(isAllowedTarget('https://other.else.workers.dev/', PREVIEW)).toBe(true);
    expect(isAllowedTarget('http://localhost:3000/', PREVIEW)).toBe(false);
  });

  test.each([
    ['http://localhost:3000/hook', true],
    ['http://localhost/', true],
    ['https://example.com/', true],
    ['http://localhost:8787/hook', false],
    ['http://user@localhost:3000/', false],
    ['http://127.0.0.1:3000/', false],
    ['http://[::1]:3000/', false],
    ['http://localhost.example.com/', false],
    ['http://example.com/', false],
  ])('of a local stack: %s is %s', (url, isAllowed) => {
    expect(isAllowedTarget(url, LOCAL)).toBe(isAllowed);
  });
});
