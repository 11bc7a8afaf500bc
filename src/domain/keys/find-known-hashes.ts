import { DbUnavailable, runSql } from '../../data/db.ts';
import { RedisUnavailable } from '../../data/redis.ts';
import { UNKNOWN_RECORD } from '../../data/scripts/authorize.ts';
import type { Ctx } from '../context.ts';
import { recordKey } from './record.ts';
import { selectKnownHashes } from './store.ts';

/** The hashes that belong to a key. With a failure of Neon, the others may belong to one too. */
export interface KnownHashes {
  readonly known: ReadonlySet<string>;
  readonly failure?: DbUnavailable;
}

/** Finds the hashes that belong to a key: one call of Redis, and one statement for those that Redis does not know. */
export async function findKnownHashes(ctx: Ctx, hashes: ReadonlySet<string>): Promise<KnownHashes> {
  const list = [...hashes];
  const records = await ctx.ports.redis.get(list.map(recordKey)).catch((error: unknown) => {
    if (error instanceof RedisUnavailable) return list.map(() => null);
    throw error;
  });
  const known = new Set(list.filter((_, i) => records[i] !== null && records[i] !== UNKNOWN_RECORD));
  const missing = list.filter((_, i) => records[i] === null);
  if (missing.length === 0) return { known };
  try {
    for (const { hash } of await runSql(selectKnownHashes(ctx.ports.db, missing))) known.add(hash);
    return { known };
  } catch (error) {
    if (error instanceof DbUnavailable) return { known, failure: error };
    throw error;
  }
}
