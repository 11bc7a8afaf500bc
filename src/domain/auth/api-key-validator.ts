import { RECORD_FRESH_MS, WRITE_SETTLED_MS } from '../../config/limits.ts';
import { RedisScriptFailed, RedisUnavailable } from '../../data/redis.ts';
import { sha256Hex } from '../../lib/hash.ts';
import type { Ctx } from '../context.ts';
import {
  decodeRecord,
  isWellFormedKey,
  KEY_PREFIX,
  type KeyRecord,
  loadRecordShared,
  noteNewAddress,
  noteRefusedAddress,
  recordEntry,
  refreshRecord,
  reloadRecord,
} from '../keys/index.ts';
import { type Authentication, type Credentials, refused, type Validator } from './authentication.ts';
import { authorize, type Decided, fillAndAuthorize, type Told } from './authorize.ts';
import { type Guess, guessAdmission } from './guesses.ts';
import { admit, refuseKey, refuseUnknown } from './outcomes.ts';
import { limitsOf, noteDecision, repeatRefusal } from './remembered-refusals.ts';
import { noteKnownHash, secondsRefused } from './unknown-keys.ts';
import { admissionsOf, authenticateWithoutRedis, forgetAdmissions } from './without-redis.ts';

/** `jes_live_…`: form and checksum, hash, one call to Redis, and what follows from its answer. */
export const apiKeyValidator: Validator = {
  carrier: 'bearer',
  prefix: KEY_PREFIX,
  validate(ctx, token, credentials) {
    if (!isWellFormedKey(token)) return refused({ code: 'invalid_api_key', why: 'malformed' });
    return validateKey(ctx, token, credentials);
  },
};

async function validateKey(ctx: Ctx, token: string, credentials: Credentials): Promise<Authentication> {
  const hash = await sha256Hex(token);
  const repeated = repeatRefusal(ctx, hash, credentials);
  if (repeated) return repeated;
  const retryAfter = await secondsRefused(ctx, hash, credentials);
  if (retryAfter > 0) return refused({ code: 'rate_limit_exceeded', window: 'unknown_keys', retryAfter });
  const counts = admissionsOf(hash);
  const guess = guessAdmission(ctx, hash, credentials, counts);
  const sent = counts.send(ctx.now, credentials.countsPost);
  const uncounted = counts.uncounted(ctx.now);
  let throttled = limitsOf(hash)?.takeThrottled();
  try {
    const deciding = decide(ctx, hash, credentials, { uncounted, throttled });
    if (guess.actor) credentials.readAhead?.(guess.actor);
    const verdict = await deciding;
    throttled = undefined;
    noteDecision(ctx, hash, verdict, credentials, uncounted);
    if (verdict && 'remaining' in verdict) counts.answered(sent, ctx.now, verdict.outcome === 'admitted', verdict);
    else counts.failed(sent);
    return await follow(ctx, hash, verdict, credentials, guess);
  } catch (error) {
    counts.failed(sent);
    if (throttled) limitsOf(hash)?.giveBack(throttled);
    if (error instanceof RedisScriptFailed) return refused({ code: 'service_unavailable', why: 'script' });
    if (!(error instanceof RedisUnavailable)) throw error;
    return await authenticateWithoutRedis(ctx, hash, credentials);
  } finally {
    guess.end();
  }
}

/**
 * Asks the script. Where Redis has no record of the hash, one statement finds it by its unique index, and the script is
 * asked again. Undefined where no key has the hash.
 */
async function decide(ctx: Ctx, hash: string, credentials: Credentials, told: Told): Promise<Decided | undefined> {
  const verdict = await authorize(ctx, hash, credentials, told);
  if (verdict.outcome !== 'miss') return verdict;
  const record = await loadRecordShared(ctx, hash);
  if (!record) {
    // Unless it exists: a key created meanwhile has put its record there.
    ctx.defer(ctx.ports.redis.setIfAbsent(recordEntry(hash, null)));
    return undefined;
  }
  const second = await fillAndAuthorize(ctx, hash, record, credentials, told);
  // Gone again at once: Redis keeps nothing for us, so it is as good as away.
  if (second.outcome === 'miss') throw new RedisUnavailable();
  return second;
}

/** Turns the script's decision into an authentication. */
async function follow(
  ctx: Ctx,
  hash: string,
  verdict: Decided | undefined,
  credentials: Credentials,
  guess: Guess,
): Promise<Authentication> {
  if (!verdict || verdict.outcome === 'unknown') {
    forgetAdmissions(hash);
    return await refuseUnknown(ctx, credentials);
  }
  if (!('record' in verdict)) return refused({ code: 'service_unavailable', why: 'record' });
  const record = decodeRecord(verdict.record);
  if (!record || ctx.now - record.loadedAt > RECORD_FRESH_MS) ctx.defer(refreshRecord(ctx, hash, verdict.record));
  if (!record) return refused({ code: 'service_unavailable', why: 'record' });
  noteKnownHash(hash);

  if (!('remaining' in verdict)) {
    if (verdict.outcome === 'ip_not_allowed') noteRefusedAddress(ctx, record.key.id, credentials.address());
    return refuseKey(ctx, record, verdict.outcome);
  }
  const { remaining, resetsAt, day, posts } = verdict;
  const { expiresAt } = record;
  const limits = { remaining, resetsAt, day, ...(posts && { posts }), expiresAt, degraded: false };
  switch (verdict.outcome) {
    case 'limited':
      return refuseKey(ctx, record, { ...limits, window: verdict.window, retryAt: verdict.retryAt });
    case 'admitted':
      guess.confirm(record);
      if (verdict.hasMoved) noteNewAddress(ctx, record.key.id, credentials.address());
      if (credentials.showsProfile && mayPrecede(record, verdict.lastWriteAt)) {
        return admit((await reloadRecord(ctx, hash, verdict.record)) ?? record, hash, limits);
      }
      return admit(record, hash, limits);
  }
}

/** Tells if a record may have been read before the key's last write was committed. */
function mayPrecede({ loadedAt }: KeyRecord, lastWriteAt: number | undefined): boolean {
  return lastWriteAt !== undefined && loadedAt < lastWriteAt + WRITE_SETTLED_MS;
}
