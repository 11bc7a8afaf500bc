import { adminSql } from './database.ts';
import { DUE, type Due } from './due.ts';
import type { Bench, Row } from './measure.ts';
import { KeyRing, withKey } from './requests.ts';
import { createAuth, type Storage } from './rivals/better-auth.ts';
import { CREATE_TABLES, DROP_TABLES } from './rivals/better-auth-tables.ts';
import type { Scenario } from './scenarios.ts';
import type { Seed } from './seed.ts';
import type { BenchServices } from './services.ts';
import { startTarget, type Target } from './target.ts';

const ME = '/me';
/** Keys made at a time. */
const CONCURRENCY = 8;
const DAY_S = 24 * 60 * 60;

/** A rival's Worker and its row: a valid key is answered with the account it belongs to. */
interface Rival {
  readonly target: Target;
  readonly scenario: Scenario;
}

/**
 * Measures the rivals one after the other.
 *
 * @param options.keys for each of better-auth's set-ups
 */
export async function measureRivals(
  services: BenchServices,
  bench: Bench,
  { seed, keys }: { readonly seed: Seed; readonly keys: number },
): Promise<Row[]> {
  const sql = adminSql(services);
  await sql.transaction(CREATE_TABLES.map((statement) => sql.query(statement)));
  try {
    const rows: Row[] = [];
    for (const start of [
      () => startUsual(services, seed),
      () => startBetterAuth(services, 'database', keys),
      () => startBetterAuth(services, 'secondary-storage', keys),
    ]) {
      const { target, scenario } = await start();
      rows.push(await bench.measure(scenario));
      await target.close();
    }
    return rows;
  } finally {
    await sql.query(DROP_TABLES);
  }
}

/** The usual way, over the same accounts and keys as ours. */
async function startUsual(services: BenchServices, seed: Seed): Promise<Rival> {
  const target = await startTarget(services, { name: 'usual', entry: 'test/bench/rivals/usual.ts' });
  const keys = seed.keys.map(({ key }) => key);
  return await rivalOf(target, { name: 'rival: hash, SQL, two @upstash/ratelimit', due: DUE.usual }, keys);
}

/** better-auth's plugin, with keys of its own. */
async function startBetterAuth(services: BenchServices, storage: Storage, keyCount: number): Promise<Rival> {
  const name = storage === 'database' ? 'better-auth-database' : 'better-auth-redis';
  const keys = await betterAuthKeys(services, storage, keyCount);
  const target = await startTarget(services, { name, entry: `test/bench/rivals/${name}.ts` });
  const due = storage === 'database' ? DUE.betterAuthDatabase : DUE.betterAuthRedis;
  return await rivalOf(target, { name: `rival: better-auth api-key, ${storage}`, due }, keys);
}

/** Users with one key each, made by better-auth itself. */
async function betterAuthKeys(services: BenchServices, storage: Storage, count: number): Promise<string[]> {
  const sql = adminSql(services);
  const auth = createAuth(services.secretsFor('seed'), storage, (work) => void work);
  const ids = Array.from({ length: count }, () => crypto.randomUUID());
  await sql.query(
    `INSERT INTO bench_better_auth."user" (id, name, email)
     SELECT id, 'Bench', id || '@example.com' FROM unnest($1::text[]) id`,
    [ids],
  );
  const keys: string[] = [];
  async function loop(): Promise<void> {
    for (let userId = ids.pop(); userId !== undefined; userId = ids.pop()) {
      // With an expiry, so that its entries in Redis expire.
      const { key } = await auth.api.createApiKey({ body: { userId, name: 'Bench', expiresIn: DAY_S } });
      keys.push(key);
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, loop));
  return keys;
}

async function rivalOf(
  target: Target,
  { name, due }: { readonly name: string; readonly due: Due },
  keys: readonly string[],
): Promise<Rival> {
  const { headers } = withKey(ME, `${keys[0]}x`);
  const refused = await fetch(target.url + ME, { headers });
  if (refused.status !== 401) throw new Error(`${name} answers an unknown key with ${refused.status}`);
  const ring = new KeyRing(keys);
  const prepare = async (count: number) => ring.take(count).map((key) => withKey(ME, key));
  return { target, scenario: { name, target, status: 200, weight: 'sql', due, prepare } };
}
