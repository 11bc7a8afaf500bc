import { KEY_REVEAL_TTL_MS } from '../../config/limits.ts';
import type { Statement } from '../../data/db.ts';
import { seal, unseal } from '../../lib/seal.ts';
import { type Ctx, type SessionCtx, writerOf } from '../context.ts';
import { runAsActor } from '../idempotency/index.ts';
import { deleteReveal, insertReveal } from './store.ts';

/**
 * Encrypts a new key for the page that shows it once: the browser is sent on to that page, and a key must be in no URL,
 * cookie or row on the way.
 *
 * @returns the statement that keeps it, behind the one that inserts the key, and what opens it, for that browser alone
 */
export async function sealForReveal(
  ctx: Ctx,
  keyId: string,
  key: string,
): Promise<{ readonly unsealKey: string; readonly statement: Statement }> {
  const { sealed, unsealKey } = await seal(key, keyId);
  const expiresAt = new Date(ctx.now + KEY_REVEAL_TTL_MS);
  return { unsealKey, statement: insertReveal(ctx.ports.db, { apiKeyId: keyId, sealedKey: sealed, expiresAt }) };
}

/** The key, the first time it is asked for by its owner's browser; undefined ever after. */
export async function revealKey(ctx: SessionCtx, keyId: string, unsealKey: string): Promise<string | undefined> {
  const [row] = await runAsActor(ctx, deleteReveal(ctx.ports.db, keyId, writerOf(ctx)));
  if (!row || row.expiresAt.getTime() <= ctx.now) return undefined;
  return await unseal(row.sealedKey, unsealKey, keyId);
}
