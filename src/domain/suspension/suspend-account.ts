import { runSql } from '../../data/db.ts';
import { ApiError } from '../api-error.ts';
import type { Ctx } from '../context.ts';
import { announceSuspension, liftSuspension, selectAdmissible } from '../keys/index.ts';
import { lockForSuspension, markSuspended, markUnsuspended, selectAccount } from './store.ts';

/** An account and its state after a suspension or its end. */
export interface Suspension {
  readonly id: string;
  readonly username: string;
  /** ISO-8601; the first time, if the account was suspended before. Null once it is not suspended. */
  readonly suspendedAt: string | null;
}

/**
 * Suspends an account (contract section 9): once this has returned, no request of its sessions and keys is admitted, no
 * write of theirs lands and no webhook delivery starts. Nothing is deleted, and its public Jes stay visible.
 * Idempotent.
 *
 * @param name the username or the id
 * @throws ApiError `not_found`; `service_unavailable` when Redis failed: the account is suspended in Neon and writes
 * nothing, records in Redis may admit reads a little longer, and a retry of the call updates Redis
 */
export async function suspendAccount(ctx: Ctx, name: string): Promise<Suspension> {
  const { db } = ctx.ports;
  const account = await find(ctx, name);
  const [, [row], keys] = await runSql(
    db.batch([
      lockForSuspension(db, account.id),
      markSuspended(db, account.id, new Date(ctx.now)),
      selectAdmissible(db, account.id),
    ]),
  );
  if (!(await announceSuspension(ctx, keys))) throw new ApiError({ code: 'service_unavailable', why: 'suspension' });
  return { ...account, suspendedAt: row?.suspendedAt?.toISOString() ?? null };
}

/**
 * Lifts the suspension of an account: its sessions and keys work as before. Idempotent.
 *
 * @throws ApiError like {@link suspendAccount}
 */
export async function unsuspendAccount(ctx: Ctx, name: string): Promise<Suspension> {
  const { db } = ctx.ports;
  const account = await find(ctx, name);
  const [, keys] = await runSql(db.batch([markUnsuspended(db, account.id), selectAdmissible(db, account.id)]));
  if (!(await liftSuspension(ctx, keys))) throw new ApiError({ code: 'service_unavailable', why: 'suspension' });
  return { ...account, suspendedAt: null };
}

async function find(ctx: Ctx, name: string) {
  const [account] = await runSql(selectAccount(ctx.ports.db, name));
  if (!account) throw new ApiError({ code: 'not_found' });
  return account;
}
