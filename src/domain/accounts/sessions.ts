import type * as z from 'zod';
import { SESSION_TTL_S, SESSIONS_SHOWN } from '../../config/limits.ts';
import { runSql } from '../../data/db.ts';
import { randomBase62 } from '../../lib/base62.ts';
import { isId, newId } from '../../lib/id.ts';
import { addressBlock, parseCidr } from '../../lib/ip.ts';
import { browserName } from '../../lib/user-agent.ts';
import { ApiError } from '../api-error.ts';
import { type ClientAddress, type Ctx, type SessionCtx, writerOf } from '../context.ts';
import { runAsActor } from '../idempotency/index.ts';
import type { sessionSchema } from './responses.ts';
import {
  deleteOtherSessions,
  deleteSession,
  deleteSessionByToken,
  insertSession,
  selectSessionsOf,
  undoDeletion,
} from './store.ts';
import { shortUserAgent, type Visitor } from './visitor.ts';

/** A session as the signed-in person sees it. */
export type Session = z.infer<typeof sessionSchema>;

/** As long as those that better-auth draws. */
const TOKEN_LENGTH = 32;

/**
 * Begins a session of an account in the visitor's browser. An account that was to be deleted is kept.
 *
 * @returns its token, for the cookie
 */
export async function beginSession(
  ctx: Ctx,
  accountId: string,
  visitor: Visitor,
): Promise<{ readonly sessionToken: string; readonly isRestored: boolean }> {
  const sessionToken = randomBase62(TOKEN_LENGTH, (count) => crypto.getRandomValues(new Uint8Array(count)));
  const at = new Date(ctx.now);
  const { address } = visitor;
  const session = {
    id: newId(ctx.now),
    token: sessionToken,
    accountId,
    ipAddress: address ? blockOf(address) : null,
    userAgent: shortUserAgent(visitor),
    createdAt: at,
    updatedAt: at,
    expiresAt: new Date(ctx.now + SESSION_TTL_S * 1_000),
  };
  const { db } = ctx.ports;
  const [restored] = await runSql(db.batch([undoDeletion(db, accountId), insertSession(db, session)]));
  return { sessionToken, isRestored: restored.length > 0 };
}

/** An IPv4 address, or the first of the /64 of an IPv6 caller: the only record of the place of a sign-in. */
function blockOf({ text, hex }: ClientAddress): string {
  const block = addressBlock(hex);
  return block.length === hex.length ? text : `${block.replaceAll(/(.{4})/g, '$1:')}:`;
}

/** The address of a sign-in, as people read it: an IPv4 address, or an IPv6 block. */
function blockText(address: string): string | null {
  const hasBlock = address.includes(':') && !address.toLowerCase().startsWith('::ffff:');
  return parseCidr(hasBlock ? `${address}/64` : address)?.text ?? null;
}

/** The sessions of the person, the one seen last first. */
export async function listSessions(ctx: SessionCtx): Promise<readonly Session[]> {
  const { accountId, sessionId } = ctx.actor;
  const rows = await runSql(selectSessionsOf(ctx.ports.db, accountId, new Date(ctx.now), SESSIONS_SHOWN));
  return rows.map(({ id, createdAt, lastSeenAt, ipAddress, userAgent }) => ({
    id,
    browser: browserName(userAgent ?? ''),
    address: blockText(ipAddress ?? ''),
    createdAt: createdAt.toISOString(),
    lastSeenAt: toMinute(id === sessionId ? new Date(ctx.now) : (lastSeenAt ?? createdAt)),
    isCurrent: id === sessionId,
  }));
}

/** Times of use are rounded down to the minute, and noted once an hour. */
function toMinute(time: Date): string {
  return new Date(Math.floor(time.getTime() / 60_000) * 60_000).toISOString();
}

/** Ends a session of the person's, the present one too. @throws ApiError `not_found` */
export async function endSession(ctx: SessionCtx, id: string): Promise<void> {
  if (!isId(id)) throw new ApiError({ code: 'not_found' });
  const ended = await runAsActor(ctx, deleteSession(ctx.ports.db, id, writerOf(ctx)));
  if (ended.length === 0) throw new ApiError({ code: 'not_found' });
}

/**
 * Ends all sessions of the person except this one.
 *
 * @returns their number
 */
export async function endOtherSessions(ctx: SessionCtx): Promise<number> {
  return (await runAsActor(ctx, deleteOtherSessions(ctx.ports.db, writerOf(ctx)))).length;
}

/** Ends the session that a cookie carries, if it carries one. @param token checked to be signed by us */
export async function signOut(ctx: Ctx, token: string | undefined): Promise<void> {
  if (token !== undefined) await runSql(deleteSessionByToken(ctx.ports.db, token));
}
