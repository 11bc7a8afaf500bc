import { runSql } from '../../data/db.ts';
import { sha256Hex } from '../../lib/hash.ts';
import type { Ctx } from '../context.ts';
import { isWellFormedKey, type KeyRow, revokingLeaked } from '../keys/index.ts';

/** A text that may be a key, and the place of its find. */
export interface Found {
  readonly key: string;
  readonly url: string | undefined;
}

/**
 * Revokes the active keys among the hashes in Neon, in one statement for all; a key that was revoked before keeps its
 * reason. Form and checksum come first.
 *
 * @returns the hashes of our keys, active or ended, and the keys that were revoked now
 */
export async function revokeFound(
  ctx: Ctx,
  found: readonly Found[],
): Promise<{
  readonly hashes: readonly (string | undefined)[];
  readonly known: ReadonlySet<string>;
  readonly revoked: readonly KeyRow[];
}> {
  const hashes = await Promise.all(
    found.map(async ({ key }) => (isWellFormedKey(key) ? await sha256Hex(key) : undefined)),
  );
  const urls = new Map<string, string | null>();
  for (const [i, hash] of hashes.entries()) if (hash !== undefined) urls.set(hash, found[i]?.url ?? null);
  const [revoked, , , known] = await runSql(ctx.ports.db.batch(revokingLeaked(ctx, urls)));
  return { hashes, known: new Set(known.map(({ hash }) => hash)), revoked };
}
