import type * as z from 'zod';
import { DAY_MS, TERMS_VERSION, THROTTLES } from '../../config/limits.ts';
import { runSql, type Sql, type Statement } from '../../data/db.ts';
import { CREATE_RECORD } from '../../data/scripts/authorize.ts';
import { sha256Hex } from '../../lib/hash.ts';
import { newId } from '../../lib/id.ts';
import { requireFreshSession, throttle } from '../accounts/index.ts';
import { ApiError, invalidField } from '../api-error.ts';
import { type ClientAddress, type Ctx, type SessionCtx, writerOf } from '../context.ts';
import { actingAccount, explainActor } from '../idempotency/index.ts';
import { insertMailsOfNewKey } from '../key-mails/index.ts';
import { countToday, dailyRules } from '../limits/index.ts';
import { parseInput } from '../parse-input.ts';
import { brokenRule } from '../rules.ts';
import { toApiKey } from './api-key.ts';
import { ownerEvent } from './audit.ts';
import { generateKey, maskKey } from './format.ts';
import { toRecord } from './load-record.ts';
import { recordEntry } from './record.ts';
import type { createdKeySchema } from './responses.ts';
import { sealForReveal } from './reveal-key.ts';
import { newKeySchema } from './schemas.ts';
import { accountIn, insertEvent, insertKey, lockAccount } from './store.ts';

export type CreatedKey = z.infer<typeof createdKeySchema>;

/**
 * Generates a key for the person who acts. @throws ApiError like {@link createKey}, `rate_limit_exceeded`, and
 * `reauthentication_required` where the password was last given more than 12 hours ago
 */
export async function createOwnKey(ctx: SessionCtx, input: unknown, address?: ClientAddress): Promise<CreatedKey> {
  return await insertOwn(ctx, await makeOwn(ctx, input), address);
}

/**
 * Generates a key like {@link createOwnKey}, for the page that shows it once (`revealKey`).
 *
 * @returns also what opens the sealed key, for that browser alone
 */
export async function createKeyToReveal(
  ctx: SessionCtx,
  input: unknown,
  address?: ClientAddress,
): Promise<CreatedKey & { readonly unsealKey: string }> {
  const made = await makeOwn(ctx, input);
  const { unsealKey, statement } = await sealForReveal(ctx, made.row.id, made.key);
  return { ...(await insertOwn(ctx, made, address, [statement])), unsealKey };
}

/**
 * Generates a key for an account and answers its plaintext, which exists nowhere else: at rest there is only its
 * SHA-256 (contract section 2). Redis learns of it at once, over a "no such key" that somebody may have probed.
 *
 * @param address the person's, for the audit log
 * @throws ApiError `invalid_request`, `email_unverified`, `api_key_limit_reached` (5 active keys),
 * `daily_quota_exceeded` (100 generated)
 */
export async function createKey(
  ctx: Ctx,
  accountId: string,
  input: unknown,
  address?: ClientAddress,
): Promise<CreatedKey> {
  return await insert(ctx, await make(ctx, accountId, input), { account: accountIn(accountId), address });
}

async function makeOwn(ctx: SessionCtx, input: unknown): Promise<MadeKey> {
  const { accountId } = ctx.actor;
  requireFreshSession(ctx);
  await throttle(ctx, [{ rule: THROTTLES.newKeyAccount, subject: accountId }]);
  return await make(ctx, accountId, input);
}

async function insertOwn(
  ctx: SessionCtx,
  made: MadeKey,
  address: ClientAddress | undefined,
  also: readonly Statement[] = [],
): Promise<CreatedKey> {
  try {
    return await insert(ctx, made, { account: actingAccount(writerOf(ctx)), address, also });
  } catch (error) {
    throw await explainActor(ctx, error);
  }
}

type MadeKey = Awaited<ReturnType<typeof make>>;

/** A key and its row, which is written nowhere yet. */
async function make(ctx: Ctx, accountId: string, input: unknown) {
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
  return { key, row };
}

/**
 * Writes a key in one transaction, one request to Neon, and tells Redis.
 *
 * @param by.account the id of the account in SQL, which may refuse
 * @param by.also what else the transaction writes of the key
 */
async function insert(
  ctx: Ctx,
  { key, row }: MadeKey,
  by: {
    readonly account: Sql;
    readonly address: ClientAddress | undefined;
    readonly also?: readonly Statement[];
  },
): Promise<CreatedKey> {
  const { accountId } = row;
  const { account, address, also = [] } = by;
  const created = ownerEvent(ctx, row, 'created', address);
  const { db, redis } = ctx.ports;
  const rules = {
    email_verified: () => new ApiError({ code: 'email_unverified' }),
    active_keys: () => new ApiError({ code: 'api_key_limit_reached' }),
    ...dailyRules(ctx.now),
  };
  const [[owner]] = await runSql(
    db.batch([
      lockAccount(db, accountIn(accountId)),
      insertKey(db, row, accountId, account),
      countToday(db, accountId, ctx.now, { keys: 1 }),
      insertEvent(db, created),
      insertMailsOfNewKey(db, row, created.address),
      ...also,
    ]),
  ).catch(async (error: unknown) => {
    throw (await brokenRule(error, rules)) ?? error;
  });
  if (!owner) throw new ApiError({ code: 'internal_error' });

  const record = toRecord({ key: { ...row, revokedReason: null }, owner, suspendedAt: null }, ctx.now);
  const entry = recordEntry(row.hash, record);
  // Without Redis the key works too: the first request finds it in Neon.
  await redis.run(CREATE_RECORD, [entry.key], [entry.value, String(entry.ttlMs)]).catch(() => undefined);
  const unused = { lastUsedAt: null, lastUsedIp: null, revokedAt: null, revokedReason: null };
  return { apiKey: toApiKey({ ...row, ...unused }, ctx.now), key };
}

function expiryOf(now: number, days: number | undefined, at: string | undefined): Date | null {
  if (days !== undefined) return new Date(now + days * DAY_MS);
  if (at === undefined) return null;
  const expiry = new Date(at);
  if (expiry.getTime() > now) return expiry;
  throw invalidField('expiresAt', 'must be in the future');
}
