import { beforeEach, describe, expect, test } from 'vitest';
import { open, submit, textOf } from '../support/app/forms.ts';
import type { Harness, TestKey, TestSession } from '../support/app/harness.ts';
import { stopClock } from '../support/app/people.ts';
import { newPost } from '../support/app/posts.ts';
import { Receiver } from '../support/app/receiver.ts';
import { isVerified } from '../support/app/verified.ts';
import { ALL_EVENTS, localHarness, newWebhook, type Webhook } from '../support/app/webhooks.ts';
import { rowsOf } from '../support/database/database.ts';

let harness: Harness;
let key: TestKey;
let person: TestSession;
let receiver: Receiver;

beforeEach(async () => {
  harness = localHarness();
  receiver = new Receiver();
  key = await harness.newKey({ label: 'Bridge' });
  person = await harness.newSession({ account: { id: key.accountId, username: key.username } });
});

const keyPath = () => `/settings/api-access/${key.id}`;
const send = (path: string, fields: Record<string, string | string[]>) => submit(harness, path, fields, person.cookie);
const page = (path: string) => open(harness, path, person.cookie);
const textAt = async (path: string) => await textOf(await page(path));

/** The value of a cookie that a response sets. */
function cookieIn(response: Response): string {
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ');
}

/** Adds an endpoint on the pages. @returns its path, and the secret that the next page shows */
async function add(): Promise<{ path: string; secret: string }> {
  const added = await send(`${keyPath()}/webhooks/new`, {
    url: receiver.url(),
    events: ALL_EVENTS,
    description: 'Main',
  });
  const location = added.headers.get('Location') ?? '';
  expect([added.status, location]).toEqual([303, expect.stringMatching(/\/webhooks\/[0-9A-Z]{26}\/secret$/)]);
  const shown = await harness.fetch(location, { headers: { Cookie: `${person.cookie}; ${cookieIn(added)}` } });
  await expect(shown).toHaveStatus(200);
  expect(shown.headers.get('Cache-Control')).toBe('no-store');
  const [secret = ''] = /whsec_[0-9A-Za-z+/]{43}=/.exec(await shown.text()) ?? [];
  return { path: location.replace(/\/secret$/, ''), secret };
}

describe('an endpoint on Settings', () => {
  test('is added; its secret is shown once, to the browser that added it, and signs what is sent', async () => {
    expect(await textAt(keyPath())).toContain('Webhooks Each endpoint of this key receives the events');
    const { path, secret } = await add();
    const again = await page(`${path}/secret`);
    await expect(again).toHaveStatus(410);
    expect(await textOf(again)).toContain('This secret was already shown');
    await newPost(harness, key);
    await harness.handleWakes();
    const [request] = await receiver.received(1);
    expect(isVerified(secret, request)).toBe(true);
    expect(await textAt(keyPath())).toMatch(/Main Active http:\/\/localhost.* response 200/);
    expect(await textAt(path)).toMatch(/jes\.created Delivered 1 200/);
  });

  test('that is not valid comes back with what was filled in, each error at its field', async () => {
    const refused = await send(`${keyPath()}/webhooks/new`, { url: 'http://10.0.0.1/<b>', description: 'Keep me' });
    await expect(refused).toHaveStatus(400);
    const html = await refused.text();
    expect(html).toContain('choose at least one event');
    expect(html).toContain('value="http://10.0.0.1/&lt;b&gt;"');
    expect(html).toContain('value="Keep me"');
    const target = await send(`${keyPath()}/webhooks/new`, { url: 'https://10.0.0.1/', events: ALL_EVENTS });
    expect(await target.text()).toContain('must be an https URL on port 443 with a public host name');
    expect(await rowsOf(harness, `SELECT id FROM webhook_endpoints WHERE api_key_id = '${key.id}'`)).toEqual([]);
  });

  test('is the fifth at most', async () => {
    for (let i = 0; i < 5; i++) await newWebhook(harness, key);
    expect(await textAt(keyPath())).not.toContain('Add an endpoint');
    const sixth = await send(`${keyPath()}/webhooks/new`, { url: receiver.url(), events: ALL_EVENTS });
    await expect(sixth).toHaveStatus(409);
    expect(await textOf(sixth)).toContain(
      'This API key has 5 webhook endpoints, which is the limit. Delete one first.',
    );
  });

  test('is changed, disabled, enabled and deleted', async () => {
    const { path } = await add();
    const act = async (fields: Record<string, string | string[]>) => {
      const response = await send(path, fields);
      await expect(response).toHaveStatus(303);
      return await textAt(response.headers.get('Location') ?? '');
    };
    const changed = { action: 'change', url: receiver.url('/other'), events: 'jes.created', description: '' };
    expect(await act(changed)).toMatch(/Webhook endpoint Active .*\/other jes\.created The endpoint is changed\./);
    expect(await act({ action: 'disable' })).toContain('Disabled by you');
    expect(await act({ action: 'enable' })).toContain('The endpoint is enabled.');
    const wrong = await send(path, { action: 'change', url: '', events: 'jes.created', description: '' });
    expect([wrong.status, (await wrong.text()).includes('<details open')]).toEqual([400, true]);
    expect(await act({ action: 'delete' })).not.toContain('/other');
    await expect(await page(path)).toHaveStatus(404);
  });

  test('shows deliveries by status, each with its payload, headers and every attempt, and sends one again', async () => {
    const { path } = await add();
    await receiver.plan({ status: 500, body: 'no <disk>', times: 1 });
    await newPost(harness, key, { content: 'Hello <there>' });
    await harness.handleWakes();
    await receiver.received(1);
    expect(await textAt(`${path}?status=delivered`)).toContain('No delivery has this status.');
    const list = await (await page(`${path}?status=pending`)).text();
    const [, delivery = ''] = /href="([^"]+\/deliveries\/[0-9A-Z]{26})"/.exec(list) ?? [];
    const detail = await (await page(delivery)).text();
    expect(detail).toContain('no &lt;disk&gt;');
    expect(detail).toContain('Status 500');
    expect(detail).toContain('webhook-id: evt_');
    expect(detail).toContain('Hello &lt;there&gt;');
    const queued = await send(`${delivery}/redeliver`, {});
    expect(queued.headers.get('Location')).toBe(`${delivery}?notice=queued`);
    await harness.handleWakes();
    await receiver.received(2);
    expect(await textAt(delivery)).toMatch(/jes\.created Delivered .*Status 200/);
  });

  test('tests, replays what failed, and rotates its secret with the time at which the older one ends', async () => {
    const { path, secret } = await add();
    await receiver.plan({ status: 410, times: 1 });
    await newPost(harness, key);
    await harness.handleWakes();
    await receiver.received(1);
    expect(await textAt(path)).toContain('Disabled: it answered 410');
    await send(path, { action: 'enable' });
    const replayed = await send(path, { action: 'replay', since: '2026-11-24T00:00' });
    expect(replayed.headers.get('Location')).toBe(`${path}?notice=replayed`);
    await harness.handleWakes();
    await receiver.received(2);
    const wrong = await send(path, { action: 'replay', since: 'yesterday' });
    expect([wrong.status, await textOf(wrong)]).toEqual([400, expect.stringContaining('must be an ISO date and time')]);

    const rotated = await send(path, { action: 'rotate' });
    const shown = await harness.fetch(`${path}/secret`, {
      headers: { Cookie: `${person.cookie}; ${cookieIn(rotated)}` },
    });
    const html = await shown.text();
    const [next = ''] = /whsec_[0-9A-Za-z+/]{43}=/.exec(html) ?? [];
    expect(next).not.toBe(secret);
    expect(html).toContain('25 Nov 2026, 12:00 UTC');
    await send(path, { action: 'test' });
    await harness.handleWakes();
    const request = (await receiver.received(3)).at(-1);
    expect([isVerified(secret, request), isVerified(next, request)]).toEqual([true, true]);
    await expect(await send(path, { action: 'rotate' })).toHaveStatus(409);
    expect(await textAt(path)).toContain('The older one ends on 25 Nov 2026, 12:00 UTC');
    await expect(await send(path, { action: 'rotate-now' })).toHaveStatus(303);
  });

  test('checks its receiver, and says what each probe met', async () => {
    const { path } = await add();
    const checked = await textOf(await send(path, { action: 'check' }));
    expect(checked).toContain('Your receiver failed 2 of 6 probes');
    expect(checked).toMatch(
      /A wrong signature Anyone could send you events.* a status from 400 on status 200, \d+ ms Failed/,
    );
    expect(await receiver.received(6)).toHaveLength(6);
    expect(await textAt(path)).toContain('Nothing was sent yet.');
  });

  test('refuses unknown actions, and limits the others', async () => {
    stopClock('2026-11-24T12:00:10Z');
    const { path } = await add();
    for (const action of ['', 'none', 'constructor', '__proto__']) {
      await expect(await send(path, { action })).toHaveStatus(404);
    }
    for (let i = 0; i < 10; i++) await expect(await send(path, { action: 'test' })).toHaveStatus(303);
    const refused = await send(path, { action: 'test' });
    expect([refused.status, Number(refused.headers.get('Retry-After')) > 0]).toEqual([429, true]);
    expect(await textOf(refused)).toContain('limited to 10 tests, redeliveries and replays per minute');
  });

  test('of another person is not there', async () => {
    const stranger = await harness.newKey();
    const theirs: Webhook = await newWebhook(harness, stranger);
    const path = `/settings/api-access/${stranger.id}/webhooks`;
    for (const each of [`${path}/new`, `${path}/${theirs.id}`, `${path}/${theirs.id}/secret`]) {
      await expect(await page(each)).toHaveStatus(404);
    }
    for (const action of ['change', 'disable', 'test', 'check', 'rotate', 'replay', 'delete']) {
      const fields = { action, url: receiver.url(), events: ALL_EVENTS, since: '2026-11-24T00:00' };
      await expect(await send(`${path}/${theirs.id}`, fields)).toHaveStatus(404);
    }
    const mixed = `${keyPath()}/webhooks/${theirs.id}`;
    await expect(await page(mixed)).toHaveStatus(404);
  });
});
