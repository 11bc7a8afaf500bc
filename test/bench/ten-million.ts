import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { recordKey } from '../../src/domain/keys/index.ts';
import { newId } from '../../src/lib/id.ts';
import { adminSql } from './database.ts';
import { type Latency, LoadGenerator, median, type PreparedRequest } from './load.ts';
import { QUIET_CONCURRENCY } from './measure.ts';
import { markdown } from './report.ts';
import { KeyRing, withKey } from './requests.ts';
import { makeKeys, type SeededKey } from './seed.ts';
import { type BenchServices, startBenchServices } from './services.ts';
import { startTarget, type Target } from './target.ts';
import { databaseBeside, fillDatabase, filled, HOT, type Size, warmDatabase } from './ten-million-rows.ts';

const SMALL: Size = { accounts: 1_000, posts: 1_000, comments: 1_000 };
const LARGE: Size = { accounts: 1_000_000, posts: 10_000_000, comments: 2_000_000 };

/** Turns of four passes: small, large, large, small. So what drifts with time weighs on both alike. */
const TURNS = 15;
/** Requests of a pass. */
const REQUESTS = 50;
const WARMUP = 300;
/** The bounds of "flat". */
const FLAT = { min: 0.9, max: 1.1 };

/** Followers of the hot author, two of five. */
const isCaller = (_: number, i: number) => i % 5 < 2;
const CALLERS = (HOT * 2) / 5;
/** Every account has a key already, and may have five. */
const KEYS_PER_CALLER = 4;

const WORDS = 'A Jes of ordinary length, as people write them: two lines or so, and a word more.';

/** One of the two databases, with a Worker in front of it. */
interface Side {
  readonly target: Target;
  readonly routes: readonly Route[];
  readonly sizes: Awaited<ReturnType<typeof warmDatabase>>;
  close(): Promise<void>;
}

interface Route {
  readonly name: string;
  readonly status: number;
  prepare(count: number): Promise<readonly PreparedRequest[]> | readonly PreparedRequest[];
}

interface FlatRow {
  readonly name: string;
  readonly small: Latency;
  readonly large: Latency;
  /** Median of the turns' ratios of p50, large over small. */
  readonly ratio: number;
}

/**
 * `npm run bench -- --ten-million`: every route over a thousand rows and over ten million, side by side, written to
 * `TEN-MILLION.md`. It makes two databases beside that of `DATABASE_URL`. The large one stays, filled for the next time.
 */
export async function measureTenMillion(): Promise<void> {
  const databaseUrl = process.env.DATABASE_URL;
  if (!databaseUrl) throw new Error('--ten-million wants a real Postgres: set DATABASE_URL');
  const load = new LoadGenerator();
  // Each run adds some thousand Jes, which only the large one does not notice.
  const small = await startSide(await databaseBeside(databaseUrl, 'small', { anew: true }), SMALL);
  const large = await startSide(await databaseBeside(databaseUrl, 'large', { anew: false }), LARGE);
  try {
    const rows: FlatRow[] = [];
    for (const [i, route] of small.routes.entries()) {
      const other = large.routes[i];
      if (!other) throw new Error('both sides have the same routes');
      // The first route, whoami, brings the record of each key into Redis.
      const row = await measureFlat(load, [small, route], [large, other], i === 0 ? CALLERS * KEYS_PER_CALLER : WARMUP);
      console.log(`${row.name}: ${row.ratio.toFixed(2)} ×`);
      rows.push(row);
    }
    const table = `${heading(large.sizes)}\n${flatTable(rows)}\n`;
    writeFileSync(join(import.meta.dirname, 'TEN-MILLION.md'), table);
    console.log(table);
  } finally {
    await Promise.all([small.close(), large.close()]);
    load.close();
  }
}

const thousands = (count: number) => count.toLocaleString('en-US');

const heading = ({ database, memory }: Side['sizes']) => `# Ten million Jes

Written by \`npm run bench -- --ten-million\`: ${thousands(LARGE.posts)} Jes of ${thousands(LARGE.accounts)} accounts with a key and an event each,
${thousands(LARGE.comments)} comments and likes, beside a thousand of each, to which the run adds its own. In both databases an author
has 1,000 followers, a Jes 1,000 comments and likes, a JeHub 1,000 members. Callers, and what they read and write, lie
all over the tables. Each figure is the median of ${TURNS * 2} passes of ${REQUESTS} requests, ${QUIET_CONCURRENCY} at a time, which take turns (small, large,
large, small). The first row asks Postgres for nothing, so it shows what two measurements of one thing differ by.
Postgres has ${memory} of memory for the ${database} of the large database, and read them all before.
Machine: ${cpus().length} × ${cpus()[0]?.model.trim()}.
`;

function flatTable(rows: readonly FlatRow[]): string {
  const figure = (ms: number) => ms.toFixed(2);
  return markdown(
    [
      'route',
      `p50 / p95 ms, ${thousands(SMALL.posts)} Jes`,
      `p50 / p95 ms, ${thousands(LARGE.posts)} Jes`,
      `p50, × (${FLAT.min} to ${FLAT.max})`,
      '',
    ],
    rows.map(({ name, small, large, ratio }) => [
      name,
      ...[small, large].map(({ p50, p95 }) => `${figure(p50)} / ${figure(p95)}`),
      figure(ratio),
      ratio >= FLAT.min && ratio <= FLAT.max ? 'pass' : '**miss**',
    ]),
  );
}

async function measureFlat(
  load: LoadGenerator,
  small: [Side, Route],
  large: [Side, Route],
  warmup: number,
): Promise<FlatRow> {
  const pass = async ([{ target }, { status, prepare }]: [Side, Route], count = REQUESTS) =>
    await load.time({ url: target.url, status, requests: await prepare(count), concurrency: QUIET_CONCURRENCY });
  await pass(small, warmup);
  await pass(large, warmup);
  const turns: { small: Latency[]; large: Latency[] }[] = [];
  for (let turn = 0; turn < TURNS; turn++) {
    const first = await pass(small);
    const between = [await pass(large), await pass(large)];
    turns.push({ small: [first, await pass(small)], large: between });
  }
  const sum = (passes: readonly Latency[]) => passes.reduce((total, { p50 }) => total + p50, 0);
  const medians = (passes: readonly Latency[]): Latency => ({
    p50: median(passes.map(({ p50 }) => p50)),
    p95: median(passes.map(({ p95 }) => p95)),
  });
  return {
    name: small[1].name,
    small: medians(turns.flatMap((turn) => turn.small)),
    large: medians(turns.flatMap((turn) => turn.large)),
    ratio: median(turns.map((turn) => sum(turn.large) / sum(turn.small))),
  };
}

async function startSide(databaseUrl: string, size: Size): Promise<Side> {
  const services = await startBenchServices(databaseUrl);
  const began = performance.now();
  await fillDatabase(databaseUrl, size);
  console.log(`${thousands(size.posts)} Jes are there after ${((performance.now() - began) / 1_000).toFixed(0)} s.`);
  const target = await startTarget(services, { name: 'ours', entry: 'src/worker.ts' });
  return {
    target,
    routes: await routesOf(services, target, size),
    sizes: await warmDatabase(databaseUrl),
    async close() {
      await target.close();
      await services.close();
    },
  };
}

async function routesOf(services: BenchServices, target: Target, size: Size): Promise<Route[]> {
  const rows = filled(size);
  const accounts = rows.followers.filter(isCaller);
  const accountIds = accounts.map(rows.accountId);
  // Those of a run before.
  await adminSql(services).query(
    `UPDATE api_keys SET revoked_at = now(), revoked_reason = 'user'
     WHERE account_id = ANY ($1::text[]) AND label <> 'Filler' AND revoked_at IS NULL`,
    [accountIds],
  );
  const ring = new KeyRing(await callersOf(services, accounts, accountIds));
  const of = (count: number, make: (caller: Caller) => PreparedRequest) => ring.take(count).map(make);
  const path = (id: string, rest = '') => `/api/posts/${id}${rest}`;
  const hotComments = path(rows.hotPost, '/comments');
  const latePage = await latePageOf(target, hotComments, ring);
  const route = (name: string, status: number, prepare: Route['prepare']): Route => ({ name, status, prepare });
  const reading = (name: string, address: () => string) =>
    route(name, 200, (count) => of(count, ({ key }) => withKey(address(), key)));
  const ownFresh = async (count: number) => {
    const callers = ring.take(count);
    const ids = await insertFresh(services, callers);
    return callers.map((caller, i) => ({ ...caller, id: ids[i] ?? '' }));
  };

  return [
    reading('whoami', () => '/api/auth/me'),
    route('whoami, cold', 200, async (count) => {
      const cold = ring.take(count);
      await services.redis([['DEL', ...cold.map(({ hash }) => recordKey(hash))]]);
      return cold.map(({ key }) => withKey('/api/auth/me', key));
    }),
    reading('read any Jes', () => path(rows.anyPost())),
    reading('read the hot Jes', () => path(rows.hotPost)),
    reading('read a Jes for followers', () => path(rows.followersPost)),
    reading('read a Jes of a JeHub', () => path(rows.jehubPost)),
    reading('list the first comments of the hot Jes', () => hotComments),
    reading('list its last comments', () => latePage),
    reading('list comments of any Jes', () => path(rows.anyPost(), '/comments')),
    route('create a Jes', 201, (count) =>
      of(count, ({ key }) => withKey('/api/posts', key, { body: { content: WORDS } })),
    ),
    route('create a Jes in the JeHub', 201, (count) =>
      of(count, ({ key }) => withKey('/api/posts', key, { body: { content: WORDS, jeHubId: rows.jehub } })),
    ),
    route('edit an old Jes', 200, (count) =>
      of(count, ({ key, account }) => {
        const nth = Math.floor((Math.random() * size.posts) / size.accounts);
        return withKey(path(rows.postOf(account, nth)), key, { method: 'PATCH', body: { content: WORDS } });
      }),
    ),
    route('comment on any Jes', 201, (count) =>
      of(count, ({ key }) => withKey(path(rows.anyPost(), '/comments'), key, { body: { content: 'Well said.' } })),
    ),
    route('bounce any Jes', 201, (count) =>
      of(count, ({ key }) => withKey(path(rows.anyPost(), '/bounce'), key, { body: { content: WORDS } })),
    ),
    route('delete a Jes', 204, async (count) =>
      (await ownFresh(count)).map(({ key, id }) => ({ ...withKey(path(id), key), method: 'DELETE' as const })),
    ),
  ];
}

interface Caller extends SeededKey {
  readonly account: number;
  readonly accountId: string;
}

async function callersOf(
  services: BenchServices,
  accounts: readonly number[],
  accountIds: readonly string[],
): Promise<Caller[]> {
  const keys = await makeKeys(services.secretsFor('seed'), accountIds, KEYS_PER_CALLER);
  return keys.map((key, i) => {
    const nth = i % accounts.length;
    return { ...key, account: accounts[nth] ?? 0, accountId: accountIds[nth] ?? '' };
  });
}

/** The path of a page at the end of a list. */
async function latePageOf(target: Target, path: string, ring: KeyRing<Caller>): Promise<string> {
  let late = path;
  while (true) {
    const [{ key } = { key: '' }] = ring.take(1);
    const response = await fetch(`${target.url}${late}`, { headers: withKey(late, key).headers });
    if (response.status !== 200) throw new Error(`${late}: ${response.status} ${await response.text()}`);
    const { nextCursor } = (await response.json()) as { nextCursor: string | null };
    if (nextCursor === null) return late;
    late = `${path}?cursor=${encodeURIComponent(nextCursor)}`;
  }
}

/** A new Jes of each caller, not through the API, which lets a key post ten a minute. */
async function insertFresh(services: BenchServices, callers: readonly Caller[]): Promise<string[]> {
  const ids = callers.map(() => newId(Date.now()));
  await adminSql(services).query(
    `INSERT INTO posts (id, author_id, content, visibility, created_at, updated_at)
     SELECT id, author_id, $3, 'PUBLIC', now(), now() FROM unnest($1::text[], $2::text[]) AS fresh(id, author_id)`,
    [ids, callers.map(({ accountId }) => accountId), WORDS],
  );
  return ids;
}
