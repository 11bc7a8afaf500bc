import { DAY_MS, TERMS_VERSION } from '../../config/limits.ts';
import { runSql } from '../../data/db.ts';
import { sha256Hex } from '../../lib/hash.ts';
import { newId } from '../../lib/id.ts';
import type { Ctx } from '../context.ts';
import { parseInput } from '../parse-input.ts';
import { Refused } from '../refusal.ts';
import { generateKey, maskKey } from './format.ts';
import { toRecord } from './load-record.ts';
import { recordEntry } from './record.ts';
import { type NewKey, newKeySchema } from './schemas.ts';
import { insertKey, lockAccount } from './store.ts';

/**
 * Generates a key for an account and answers its plaintext, which exists nowhere else: at rest there is only its
 * SHA-256 (contract section 2). Redis learns of it at once, over a "no such key" that somebody may have probed.
 *
 * @throws Refused `invalid_request`, `api_key_limit_reached` (5 active keys)
 */
export async function createKey(ctx: Ctx, accountId: string, input: NewKey): Promise<{ id: string; key: string }> {
  const { label, scopes, ipAllowlist, expiresInDays, expiresAt } = parseInput(newKeySchema, input);
  const key = generateKey();
  const row = {
    id: newId(ctx.now),
    accountId,
    label,
    hash: await sha256Hex(key),
    maskedKey: maskKey(key),
    scopes,
    ipAllowlist,
    termsVersion: TERMS_VERSION,
    createdAt: new Date(ctx.now),
    expiresAt: expiryOf(ctx.now, expiresInDays, expiresAt),
  };

  const { db, redis } = ctx.ports;
  const [[owner], inserted] = await runSql(db.batch([lockAccount(db, accountId), insertKey(db, row)]));
  if (!owner || inserted.rows.length === 0) throw new Refused({ code: 'api_key_limit_reached' });

  const record = toRecord({ key: { ...row, revokedReason: null }, owner }, ctx.now);
  // Without Redis the key works too: the first request finds it in Neon.
  await redis.set([recordEntry(row.hash, record)]).catch(() => undefined);
  return { id: row.id, key };
}

function expiryOf(now: number, days: number | undefined, at: string | undefined): Date | null {
  if (days !== undefined) return new Date(now + days * DAY_MS);
  if (at === undefined) return null;
  const expiry = new Date(at);
  if (expiry.getTime() > now) return expiry;
  throw new Refused({ code: 'invalid_request', details: [{ path: 'expiresAt', message: 'must be in the future' }] });
}
