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
 * Google vouches that whoever signs in owns an email address. If an account has it unproven, that person is its owner from
 * now on, and whoever signed up keeps nothing: sessions, password, keys and mailed links end.
 *
 * @throws ApiError `service_unavailable` when all is done but Redis could not be told of revocations
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
