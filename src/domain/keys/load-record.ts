import { runSql } from '../../data/db.ts';
import { InFlight } from '../../lib/in-flight.ts';
import { parseCidr } from '../../lib/ip.ts';
import { toProfile } from '../accounts/index.ts';
import type { Ctx } from '../context.ts';
import type { KeyRecord } from './record.ts';
import { type KeyRow, selectKeyByHash } from './store.ts';

/** Contains no address: what an allowlist entry means that cannot be read. */
const NO_ADDRESS = { lo: 'f'.repeat(32), hi: '0'.repeat(32) };

/** A key's record from its row. @param loadedAt unix ms, no later than the row was read */
export function toRecord({ key, owner, suspendedAt }: KeyRow, loadedAt: number): KeyRecord {
  return {
    revokedReason: key.revokedReason,
    isSuspended: suspendedAt !== null,
    expiresAt: key.expiresAt?.getTime() ?? null,
    ranges: key.ipAllowlist.map((entry) => {
      const { lo, hi } = parseCidr(entry) ?? NO_ADDRESS;
      return { lo, hi };
    }),
    loadedAt,
    key: { id: key.id, label: key.label, scopes: key.scopes },
    owner: toProfile(owner),
  };
}

/** What Neon says of a hash right now: one statement. Null where no key has it. */
export async function loadRecord(ctx: Ctx, hash: string): Promise<KeyRecord | null> {
  const [row] = await runSql(selectKeyByHash(ctx.ports.db, hash));
  return row ? toRecord(row, ctx.now) : null;
}

const inFlight = new InFlight<KeyRecord | null>();

/**
 * Like {@link loadRecord}, but concurrent callers in an isolate share one statement. The answer may then be a
 * little older than the question: good enough to fill Redis with (a tombstone wins over every fill), not to
 * admit a request by.
 */
export function loadRecordShared(ctx: Ctx, hash: string): Promise<KeyRecord | null> {
  return inFlight.share(hash, ctx.defer, () => loadRecord(ctx, hash));
}
