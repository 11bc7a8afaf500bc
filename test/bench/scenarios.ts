import { REQUESTS_PER_MINUTE } from '../../src/config/limits.ts';
import { recordKey } from '../../src/domain/keys/index.ts';
import { addComments, revokeInDatabase } from './database.ts';
import { DUE, type Due } from './due.ts';
import type { PreparedRequest } from './load.ts';
import { freshAddress, KeyRing, unknownKeys, withKey } from './requests.ts';
import type { Seed } from './seed.ts';
import type { BenchServices } from './services.ts';
import type { Measurable } from './target.ts';

/** The subject of a row of the table. */
export interface Scenario {
  readonly name: string;
  readonly target: Measurable;
  readonly status: number;
  /** The cost of a request for the emulators, which decides the number of requests in a round. */
  readonly weight: 'none' | 'redis' | 'sql' | 'waiting';
  readonly due: Due;
  /** Prepares and returns the requests of one pass. */
  prepare(count: number): Promise<readonly PreparedRequest[]>;
}

const ME = '/api/auth/me';
const POSTS = '/api/posts';

/** Many more than the shield lets an address have in a minute. Each waits for the round that looks it up. */
const FLOOD = 60;

/** The rows of our own Worker. */
export async function ourScenarios(services: BenchServices, target: Measurable, seed: Seed) {
  const keys = new KeyRing(seed.keys);
  const post = { content: 'A Jes of ordinary length, as people write them: two lines or so, and a word more.' };
  const create = (count: number) => keys.take(count).map(({ key }) => withKey(POSTS, key, { body: post }));
  const postId = await createdPost(target, create(1));
  await addComments(services, postId, LISTED_COMMENTS);
  const own = new OwnPosts(target, post);
  const row = (
    name: string,
    status: number,
    weight: Scenario['weight'],
    due: Due,
    prepare: (count: number) => Promise<readonly PreparedRequest[]> | readonly PreparedRequest[],
  ): Scenario => ({ name, target, status, weight, due, prepare: async (count) => await prepare(count) });
  const spare = new KeyRing(seed.spareKeys);

  return {
    invalid: row('invalid key (format)', 401, 'none', DUE.invalid, (count) =>
      Array.from({ length: count }, () => withKey(ME, MALFORMED)),
    ),
    unknown: row('unknown key, first probe', 401, 'sql', DUE.unknown, (count) =>
      unknownKeys(count).map((key) => withKey(ME, key, { address: freshAddress() })),
    ),
    probed: row('unknown key, probed again', 401, 'redis', DUE.probed, async (count) => {
      const [key = ''] = unknownKeys(1);
      await expectStatus(target, withKey(ME, key, { address: freshAddress() }), 401);
      return Array.from({ length: count }, () => withKey(ME, key, { address: freshAddress() }));
    }),
    flood: row('unknown keys, shield tripped', 429, 'waiting', DUE.flood, async (count) => {
      const address = freshAddress();
      for (const key of unknownKeys(FLOOD)) await statusOf(target, withKey(ME, key, { address }));
      return unknownKeys(count).map((key) => withKey(ME, key, { address }));
    }),
    limitedAgain: row('refused again: key over its limit', 429, 'sql', DUE.limitedAgain, async (count) => {
      // One that no pass of the last minute has used up.
      const [{ key } = { key: '' }] = spare.take(1);
      const call = withKey(ME, key);
      for (let sent = 0; (await statusOf(target, call)) !== 429; sent++) {
        if (sent > REQUESTS_PER_MINUTE) throw new Error('a key has no limit');
      }
      return Array.from({ length: count }, () => call);
    }),
    revokedAgain: row('refused again: revoked key', 401, 'sql', DUE.revokedAgain, async (count) => {
      const [{ key, hash } = { key: '', hash: '' }] = spare.take(1);
      await revokeInDatabase(services, hash);
      await services.redis([['DEL', recordKey(hash)]]);
      const call = withKey(ME, key);
      await expectStatus(target, call, 401);
      return Array.from({ length: count }, () => call);
    }),
    warm: row('warm whoami', 200, 'redis', DUE.warm, (count) => keys.take(count).map(({ key }) => withKey(ME, key))),
    cold: row('cold whoami', 200, 'sql', DUE.cold, async (count) => {
      const cold = keys.take(count);
      await services.redis([['DEL', ...cold.map(({ hash }) => recordKey(hash))]]);
      return cold.map(({ key }) => withKey(ME, key));
    }),
    create: row('create a Jes', 201, 'sql', DUE.create, create),
    read: row('read a Jes, both stores at once', 200, 'sql', DUE.read, (count) =>
      keys.take(count).map(({ key }) => withKey(`${POSTS}/${postId}`, key)),
    ),
    edit: row('edit a Jes', 200, 'sql', DUE.edit, async (count) => {
      const mine = await own.of(keys.take(count));
      return mine.map(({ key, id }) => withKey(`${POSTS}/${id}`, key, { method: 'PATCH', body: post }));
    }),
    comment: row('comment', 201, 'sql', DUE.comment, async (count) => {
      const mine = await own.of(keys.take(count));
      return mine.map(({ key, id }) => withKey(`${POSTS}/${id}/comments`, key, { body: { content: 'Well said.' } }));
    }),
    list: row('list 20 comments, both stores at once', 200, 'sql', DUE.list, (count) =>
      keys.take(count).map(({ key }) => withKey(`${POSTS}/${postId}/comments`, key)),
    ),
  };
}

/** Several pages. */
const LISTED_COMMENTS = 100;

/** A Jes of each key that is asked for, made once and not measured. */
class OwnPosts {
  readonly #ids = new Map<string, string>();
  readonly #target: Measurable;
  readonly #post: unknown;

  constructor(target: Measurable, post: unknown) {
    this.#target = target;
    this.#post = post;
  }

  async of(keys: readonly { readonly key: string }[]): Promise<{ key: string; id: string }[]> {
    const mine: { key: string; id: string }[] = [];
    for (const { key } of keys) {
      const id = this.#ids.get(key) ?? (await createdPost(this.#target, [withKey(POSTS, key, { body: this.#post })]));
      this.#ids.set(key, id);
      mine.push({ key, id });
    }
    return mine;
  }
}

/** The prefix and the length of a key, with an invalid character: the most expensive malformed key. */
const MALFORMED = `jes_live_${'x'.repeat(48)}-`;

async function createdPost(target: Measurable, [request]: readonly PreparedRequest[]): Promise<string> {
  const response = request && (await send(target, request));
  if (response?.status !== 201) throw new Error(`no Jes to read: ${response?.status} ${await response?.text()}`);
  const { id } = (await response.json()) as { id: string };
  return id;
}

async function statusOf(target: Measurable, request: PreparedRequest): Promise<number> {
  const response = await send(target, request);
  await response.arrayBuffer();
  return response.status;
}

async function expectStatus(target: Measurable, request: PreparedRequest, status: number): Promise<void> {
  const answered = await statusOf(target, request);
  if (answered !== status) throw new Error(`${request.path}: ${answered} where ${status} is due`);
}

function send(target: Measurable, { method, path, headers, body }: PreparedRequest): Promise<Response> {
  return fetch(target.url + path, { method, headers, ...(body !== undefined && { body }) });
}
