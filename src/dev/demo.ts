import { DAY_MS } from '../config/limits.ts';
import { createKey, generateKey, type NewKey, revokeKey } from '../domain/keys/index.ts';
import { withContext } from './context.ts';
import { insertAccount } from './insert-account.ts';
import { type ServiceSecrets, secretsFor } from './secrets.ts';
import { readState } from './state.ts';

/** One call of the documented integration: what is sent, and what the contract promises. */
interface Step {
  readonly sent: string;
  readonly promised: string;
  send(): Promise<Response>;
}

const { services, worker, secret } = readState();
if (!services || !worker) throw new Error('No local stack was started here yet: npm start');
const isUp = await fetch(`${worker}/readyz`).then(
  ({ ok }) => ok,
  () => false,
);
if (!isUp) {
  console.error(`The local stack does not answer at ${worker}. Start it: npm start`);
  process.exit(1);
}
process.exit((await play(worker, await makeKeys(secretsFor(services, secret)))) ? 0 : 1);

/** The keys a caller can hold, of a new account: the demo spends their limits. */
async function makeKeys(secrets: ServiceSecrets) {
  const now = Date.now();
  const account = { username: `demo-${now}`, displayName: 'Demo Caller' };
  const accountId = await withContext(secrets, now, (ctx) => insertAccount(ctx, account));
  const make = (options: Partial<NewKey> = {}, at = now) =>
    withContext(secrets, at, async (ctx) => {
      const newKey: NewKey = { label: 'npm run demo', scopes: ['write:jes', 'read:engagement'], acceptTerms: true };
      const { apiKey, key } = await createKey(ctx, accountId, { ...newKey, ...options });
      return { accountId, id: apiKey.id, key };
    });
  const revoked = await make();
  await withContext(secrets, now, (ctx) => revokeKey(ctx, { ...revoked, reason: 'user' }));
  return {
    good: (await make()).key,
    revoked: revoked.key,
    // Made a month and a day ago.
    expired: (await make({ expiresInDays: 30 }, now - 31 * DAY_MS)).key,
    elsewhere: (await make({ ipAllowlist: ['203.0.113.0/24'] })).key,
    reader: (await make({ scopes: ['read:comment'] })).key,
    unknown: generateKey(),
  };
}

async function play(url: string, keys: Awaited<ReturnType<typeof makeKeys>>): Promise<boolean> {
  const call = (path: string, key?: string, content?: string) =>
    fetch(url + path, {
      ...(content !== undefined && { method: 'POST', body: JSON.stringify({ content, visibility: 'PUBLIC' }) }),
      headers: { 'Content-Type': 'application/json', ...(key !== undefined && { Authorization: `Bearer ${key}` }) },
    });
  const whoami = (key?: string) => call('/api/auth/me', key);
  let permalink = '';
  const steps: Step[] = [
    { sent: 'who am I?', promised: '200', send: () => whoami(keys.good) },
    {
      sent: 'a Jes',
      promised: '201',
      async send() {
        const response = await call('/api/posts', keys.good, 'Hello from npm run demo');
        permalink = `/api/posts/${((await response.clone().json()) as { id: string }).id}`;
        return response;
      },
    },
    { sent: 'read it back', promised: '200', send: () => call(permalink, keys.good) },
    { sent: 'a Jes without content', promised: '400 invalid_request', send: () => call('/api/posts', keys.good, '') },
    { sent: 'no key', promised: '401 authentication_required', send: () => whoami() },
    { sent: 'a malformed key', promised: '401 invalid_api_key', send: () => whoami('jes_live_oops') },
    { sent: 'a key that nobody has', promised: '401 invalid_api_key', send: () => whoami(keys.unknown) },
    { sent: 'a revoked key', promised: '401 api_key_revoked', send: () => whoami(keys.revoked) },
    { sent: 'an expired key', promised: '401 api_key_expired', send: () => whoami(keys.expired) },
    { sent: 'a key for other addresses', promised: '403 ip_not_allowed', send: () => whoami(keys.elsewhere) },
    {
      sent: 'a key without write:jes',
      promised: '403 missing_scope',
      send: () => call('/api/posts', keys.reader, 'Hi'),
    },
    {
      sent: 'more than 60 requests a minute',
      promised: '429 rate_limit_exceeded',
      async send() {
        let response = await whoami(keys.good);
        for (let sent = 1; sent <= 60 && response.ok; sent++) response = await whoami(keys.good);
        return response;
      },
    },
  ];

  const rows: string[][] = [['sent', 'promised', 'came back', 'X-RateLimit-Remaining', 'message']];
  for (const { sent, promised, send } of steps) {
    const response = await send();
    const body = (await response.json()) as { code?: string; message?: string };
    const cameBack = [response.status, body.code].filter(Boolean).join(' ');
    const isKept = cameBack === promised;
    const remaining = response.headers.get('X-RateLimit-Remaining') ?? '';
    rows.push([sent, promised, `${isKept ? '✓' : '✗'} ${cameBack}`, remaining, body.message ?? '']);
  }
  console.log(table(rows));
  return rows.every(([, , cameBack]) => !cameBack?.startsWith('✗'));
}

function table(rows: readonly string[][]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('   ')
        .trimEnd(),
    )
    .join('\n');
}
