import fc from 'fast-check';
import { expect, inject, test, vi } from 'vitest';
import { ERRORS, type ErrorCode } from '../../src/config/errors.ts';
import { ENDPOINTS } from '../../src/http/api/index.ts';
import { Harness, type TestKey, type TestRequest, type TestSession } from '../support/app/harness.ts';
import { newJesClip } from '../support/app/jesclips.ts';
import { newComment, newJehub, newPost } from '../support/app/posts.ts';

/** They rightly answer 503 if Redis takes more than 300 ms, as on a busy machine. */
const NEEDS_REDIS = ['/readyz', '/api/auth/api-keys/:id/usage'];

/** The accounts and things that the bad requests name. */
interface Stage {
  readonly harness: Harness;
  readonly keys: readonly TestKey[];
  readonly person: TestSession;
  readonly ids: readonly string[];
}

async function newStage(): Promise<Stage> {
  const harness = new Harness();
  const keys = [await harness.newKey(), await harness.newKey({ scopes: ['read:comment'] })];
  const person = await harness.newSession();
  const post = await newPost(harness, person, { poll: { options: ['a', 'b'] } });
  const comment = await newComment(harness, person, post.id);
  const clip = await newJesClip(harness, person);
  const hub = await newJehub(harness, person, 'Hub');
  return { harness, keys, person, ids: [post.id, comment.id, clip.id, hub.id, post.poll?.options[0]?.id ?? ''] };
}

const strangeText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '',
    ' ',
    '\0',
    '\ud800',
    '\u202e',
    '🚀'.repeat(6_000),
    'a'.repeat(6_000),
    "'; DROP TABLE posts; --",
    '%',
    '{{x}}',
  ),
);

const strangeValue = fc.oneof(
  { weight: 3, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  { weight: 2, arbitrary: strangeText },
  fc.constantFrom<unknown>(null, true, 0, -1, 1e308, 1e-320, [], {}, [[[[]]]], '01HK153X000000000000000000', ['x'], {
    name: 'x',
  }),
);

/** Bodies that are nearly right: the fields are ours, their values are anything. */
const fields = fc.record(
  {
    content: fc.oneof(strangeValue, fc.constant('Fine')),
    caption: fc.oneof(strangeValue, fc.constant('Fine')),
    visibility: fc.oneof(strangeValue, fc.constantFrom('PUBLIC', 'PRIVATE')),
    location: fc.oneof(
      strangeValue,
      fc.record({ name: strangeValue, latitude: strangeValue, longitude: strangeValue }),
    ),
    poll: fc.oneof(
      strangeValue,
      fc.record({
        options: fc.oneof(strangeValue, fc.array(strangeValue, { maxLength: 6 })),
        durationHours: strangeValue,
      }),
    ),
    jeHubId: strangeValue,
    linkPreviewUrl: strangeValue,
    parentId: strangeValue,
    optionIds: fc.oneof(strangeValue, fc.array(strangeValue, { maxLength: 6 })),
    name: strangeValue,
    label: strangeValue,
    scopes: strangeValue,
    email: strangeValue,
    __proto__: strangeValue,
    other: strangeValue,
  },
  { requiredKeys: [] },
);

const body = fc.oneof(
  { weight: 5, arbitrary: fields.map((value) => JSON.stringify(value)) },
  { weight: 2, arbitrary: strangeValue.map((value) => JSON.stringify(value) ?? '') },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }) },
  // A value that is valid in itself, in a request that may be invalid.
  { weight: 2, arbitrary: fc.constantFrom('{"content":"Fine"}', '{"name":"Hub"}', '{}') },
  { weight: 1, arbitrary: fc.constant(' '.repeat(140_000)) },
  { weight: 1, arbitrary: fc.constantFrom('', '{', '{"content":', '['.repeat(20_000)) },
);

const token = fc
  .string({ unit: fc.constantFrom(...'abzAZ019-_.~!"\'/;=,* '), maxLength: 30 })
  .map((text) => text.trim());

/** Mostly the right value, so that requests pass the first checks. */
const mostly = (right: string, ...wrong: fc.Arbitrary<string>[]) =>
  fc.oneof({ weight: 12, arbitrary: fc.constant(right) }, ...wrong.map((arbitrary) => ({ weight: 1, arbitrary })));

const headers = fc.record(
  {
    'Content-Type': mostly(
      'application/json',
      token,
      fc.constantFrom('application/json; charset=utf-8', 'text/plain', 'multipart/form-data'),
    ),
    'Content-Encoding': mostly('identity', fc.constantFrom('gzip', 'br', 'x')),
    'Idempotency-Key': fc.oneof(token, fc.uuid(), fc.constantFrom('k', '"k"', '""', 'é', 'a'.repeat(300))),
    Accept: mostly('application/json', token, fc.constantFrom('*/*', 'text/html', 'application/*;q=0')),
    'CF-Connecting-IP': token,
    'Sec-Fetch-Site': mostly('same-origin', fc.constantFrom('cross-site', 'x')),
    'User-Agent': token,
  },
  { requiredKeys: ['Content-Type'] },
);

const segment = fc.oneof(
  fc.constantFrom(
    '01HK153X000000000000000000',
    'nope',
    '%00',
    '%E0%A4%A',
    '..%2f',
    '%F0%9F%9A%80',
    'A'.repeat(3_000),
    '%27',
    '1e1',
  ),
  strangeText.map((text) => encodeURIComponent(text.toWellFormed())),
);

const query = fc.oneof(
  { weight: 3, arbitrary: fc.constant('') },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('limit', 'cursor', 'window'), segment)
      .map(([name, value]) => `?${name}=${value}`),
  },
);

const seldom = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 15, arbitrary: fc.constant(null) }, { weight: 1, arbitrary });

const request = fc.record({
  endpoint: fc.constantFrom(...ENDPOINTS.filter(({ path }) => !NEEDS_REDIS.includes(path))),
  // Now and then another method, another path altogether.
  method: seldom(fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND')),
  segment: fc.oneof(segment, fc.nat({ max: 4 })),
  tail: seldom(fc.constantFrom('/', '/x', '//', '/%2e%2e')),
  query,
  headers,
  credential: fc.oneof(
    { weight: 2, arbitrary: fc.constantFrom('session', 'session', 'key') },
    { weight: 1, arbitrary: fc.oneof(token, fc.constantFrom('narrow', 'none')) },
  ),
  body: fc.option(body, { freq: 4 }),
});

type Generated = typeof request extends fc.Arbitrary<infer T> ? T : never;

function toRequest(generated: Generated, { keys, person, ids }: Stage): { path: string; request: TestRequest } {
  const { endpoint, credential, headers: sent } = generated;
  const { segment: named } = generated;
  const target = typeof named === 'number' ? (ids[named] ?? '') : named;
  const path = endpoint.path.replace(/:\w+/, target) + (generated.tail ?? '') + generated.query;
  const method = generated.method ?? endpoint.method;
  const hasBody = generated.body !== null && method !== 'GET' && method !== 'HEAD';
  const credentials = {
    session: { Cookie: person.cookie },
    key: { Authorization: `Bearer ${keys[0]?.key}` },
    narrow: { Authorization: `Bearer ${keys[1]?.key}` },
    none: {},
  }[credential] ?? { Authorization: credential, Cookie: credential };
  return {
    path,
    request: { method, headers: { ...credentials, ...latin1(sent) }, ...(hasBody && { body: generated.body }) },
  };
}

/** Header values as they may travel at all. */
function latin1(sent: Partial<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(sent).map(([name, value = '']) => [name, value.replace(/[^\x20-\x7e]/g, '?')]),
  );
}

/**
 * The departure of an answer from the contract; undefined = none.
 *
 * @param pageStatuses statuses with which a page answers
 */
async function complaintAbout(
  response: Response,
  method: string,
  pageStatuses: readonly number[],
): Promise<string | undefined> {
  const { status, headers: answered } = response;
  const text = await response.text();
  if (status >= 500) return `${status} ${text}`;
  const id = answered.get('X-Request-Id');
  if (id === null || answered.get('X-Jestha-Api-Version') !== '1') return 'no id or version';
  if (status === 204) return text === '' ? undefined : 'a 204 with a body';
  if (pageStatuses.includes(status)) {
    return answered.get('Content-Type') === 'text/html; charset=utf-8' ? undefined : 'no page';
  }
  if (answered.get('Content-Type') !== 'application/json') return `a type of ${answered.get('Content-Type')}`;
  if (method === 'HEAD') return text === '' ? undefined : 'a HEAD with a body';
  const answer = JSON.parse(text) as Record<string, unknown>;
  if (status < 400) return undefined;
  const known = ERRORS[answer.code as ErrorCode];
  if (known?.status !== status || known.title !== answer.error) return `an unknown error ${text}`;
  if (typeof answer.message !== 'string' || answer.message === '' || answer.requestId !== id)
    return `no envelope: ${text}`;
  if ((answer.code === 'invalid_request') !== Array.isArray(answer.details)) return `details amiss: ${text}`;
  if ((status === 405) !== answered.has('Allow')) return 'Allow amiss';
  if (status === 401 && !answered.has('WWW-Authenticate')) return 'no challenge';
  if (status === 429 && answered.get('Retry-After') !== String(answer.retryAfter)) return 'no Retry-After';
  return undefined;
}

test('thousands of bad requests cause no 5xx, and every answer keeps the contract', async () => {
  // The log would cost more than the requests.
  vi.spyOn(console, 'log').mockReturnValue();
  const stage = await newStage();
  const { harness } = stage;
  const statuses = new Map<number, number>();
  const ask = async (generated: Generated) => {
    const { path, request: asked } = toRequest(generated, stage);
    // No key reaches its limits, so that the other rules are tested.
    harness.now += 1_100;
    // Outside the API, on the host of the pages, a browser is answered with a page.
    const { pathname } = new URL(path, 'https://x');
    const isPage = !/^\/api(?:\/|$)/.test(pathname) && asked.headers?.Accept === 'text/html';
    const response = await harness.fetch(path, { ...asked, ...(isPage && { origin: 'https://jestha.com' }) });
    statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
    const pageStatuses = [303, 404, 405, ...(pathname === '/' ? [200] : [])];
    const complaint = await complaintAbout(response, asked.method ?? 'GET', isPage ? pageStatuses : []);
    if (complaint !== undefined) throw new Error(`${asked.method} ${path}: ${complaint}`);
  };
  const batches = fc.array(request, { minLength: 20, maxLength: 20 });
  const property = fc.asyncProperty(batches, async (generated) => void (await Promise.all(generated.map(ask))));
  await fc.assert(property, { numRuns: inject('badRequests') / 20, endOnFailure: true });
  const total = [...statuses.values()].reduce((sum, count) => sum + count, 0);
  expect(total).toBe(inject('badRequests'));
  // They came far: to the fields, to the database, to every refusal that a caller can bring about.
  for (const status of [200, 400, 401, 403, 404, 405, 406, 413, 415])
    expect([status, statuses.has(status)]).toEqual([status, true]);
});
