import { runSql } from '../../data/db.ts';
import { isSigned, sign } from '../../lib/hmac.ts';
import { isId } from '../../lib/id.ts';
import { type Ctx, type SessionCtx, writerOf } from '../context.ts';
import { runAsActor } from '../idempotency/index.ts';
import { selectWarnings, updateWarnings } from './store.ts';

const PURPOSE = 'stop key warnings';

/** The page that stops the warnings of an account, for a mail. Its signature is valid for nothing else. */
export async function unsubscribeUrl({ ports }: Ctx, accountId: string): Promise<string> {
  const signature = await sign(ports.sessionSecrets[0], PURPOSE, accountId);
  return `${ports.webOrigin}/unsubscribe?token=${accountId}.${signature}`;
}

/**
 * Stops warnings by the link in one of them: no session, and no sign-in. Idempotent.
 *
 * @returns true if the link is one of ours
 */
export async function stopWarnings(ctx: Ctx, token: string): Promise<boolean> {
  const [accountId = '', signature = ''] = token.split('.');
  if (!isId(accountId) || !(await isSigned(ctx.ports.sessionSecrets, PURPOSE, accountId, signature))) return false;
  await runSql(updateWarnings(ctx.ports.db, accountId, new Date(ctx.now)));
  return true;
}

/** True if the person is mailed before a key expires, and when its allowlist refuses many requests. */
export async function wantsWarnings({ actor, ports }: SessionCtx): Promise<boolean> {
  const [row] = await runSql(selectWarnings(ports.db, actor.accountId));
  return row?.stoppedAt === null;
}

/** Switches these mails on or off. */
export async function setWarnings(ctx: SessionCtx, isWanted: boolean): Promise<void> {
  const stoppedAt = isWanted ? null : new Date(ctx.now);
  await runAsActor(ctx, updateWarnings(ctx.ports.db, writerOf(ctx), stoppedAt));
}
