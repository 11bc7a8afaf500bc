import { runSql } from '../../data/db.ts';
import { ApiError } from '../api-error.ts';
import type { Ctx } from '../context.ts';
import { announceRevocations, revokingAll } from '../keys/index.ts';
import {
  accountWith,
  deleteCredentialsOf,
  deleteSessionsOf,
  endLinks,
  ifUnproven,
  lockAccount,
  markProven,
} from './store.ts';

/**
 * Google vouches that the person who signs in owns an email address. If an account has it unproven, that person becomes
 * its owner, and the person who signed up loses sessions, password, keys and mailed links.
 *
 * @throws ApiError `service_unavailable` when only the revocation in Redis failed
 */
export async function proveByProvider(ctx: Ctx, email: string): Promise<void> {
  const { db } = ctx.ports;
  const at = new Date(ctx.now);
  const taken = ifUnproven(accountWith(email));
  const [, revoked] = await runSql(
    db.batch([
      lockAccount(db, taken),
      ...revokingAll(ctx, taken, undefined),
      deleteSessionsOf(db, taken),
      deleteCredentialsOf(db, taken),
      endLinks(db, taken, at),
      markProven(db, taken, at),
    ]),
  );
  if (!(await announceRevocations(ctx, revoked)))
    throw new ApiError({ code: 'service_unavailable', why: 'revocations' });
}
