import { DAY_MS } from '../config/limits.ts';
import { createKey, generateKey, type NewKey, revokeKey } from '../domain/keys/index.ts';
import { type StoreSecrets, withContext } from '../ops/context.ts';
import { receiverSteps } from './demo-receiver.ts';
import { insertAccount } from './insert-account.ts';
import { type Call, callerOf, play, readerSteps, type Step, strangerSteps, uploadTo } from './integration.ts';
import { picture } from './picture.ts';
import { readState } from './state.ts';
import { environmentStores, localStores } from './stores.ts';

// A deployment whose stores the environment names, or the local stack.
const { JESTHA_ORIGIN } = process.env;
const worker = JESTHA_ORIGIN ?? readState().worker;
if (!worker) throw new Error('No local stack was started here yet: npm start');
const isUp = await fetch(`${worker}/healthz`).then(
  ({ ok }) => ok,
  () => false,
);
if (!isUp) {
  console.error(`Nothing answers at ${worker}. The local stack is started by: npm start`);
  process.exit(1);
}
const keys = await makeKeys(JESTHA_ORIGIN === undefined ? localStores() : environmentStores());
process.exit((await play(demoSteps(worker, callerOf(worker), keys))) ? 0 : 1);

/** The keys a caller can hold, of a new account: the demo spends their limits. */
async function makeKeys(secrets: StoreSecrets) {
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
    webhooks: await make({ scopes: ['write:jes', 'webhooks:manage'] }),
    unknown: generateKey(),
  };
}

function demoSteps(origin: string, call: Call, keys: Awaited<ReturnType<typeof makeKeys>>): Step[] {
  const whoami = (key: string) => call('/api/auth/me', key);
  let permalink = '';
  return [
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
    {
      sent: 'a Jes with a picture',
      promised: '201',
      send: () => uploadTo(origin, keys.good, new Blob([picture()], { type: 'image/png' }), 'picture.png'),
    },
    {
      sent: 'a text that says it is one',
      promised: '415 unsupported_media_type',
      send: () => uploadTo(origin, keys.good, new Blob(['Hello'], { type: 'image/png' }), 'picture.png'),
    },
    { sent: 'a Jes without content', promised: '400 invalid_request', send: () => call('/api/posts', keys.good, '') },
    ...strangerSteps(call, keys.unknown),
    { sent: 'a revoked key', promised: '401 api_key_revoked', send: () => whoami(keys.revoked) },
    { sent: 'an expired key', promised: '401 api_key_expired', send: () => whoami(keys.expired) },
    { sent: 'a key for other addresses', promised: '403 ip_not_allowed', send: () => whoami(keys.elsewhere) },
    ...readerSteps(call, keys.reader),
    // A deployment cannot send to this machine.
    ...(JESTHA_ORIGIN === undefined ? receiverSteps(origin, call, keys.webhooks) : []),
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
}
