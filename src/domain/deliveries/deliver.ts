import {
  WEBHOOK_LEASE_MS,
  WEBHOOK_QUEUED_WAIT_MAX_MS,
  WEBHOOK_ROUND_MS,
  WEBHOOK_SENDS_MAX,
  WEBHOOK_START_WINDOW_MS,
} from '../../config/limits.ts';
import { runSql } from '../../data/db.ts';
import { describeError, writeLog } from '../../data/log.ts';
import type { Ctx } from '../context.ts';
import { type AttemptResult, errorOf } from './attempt.ts';
import { decideOutcome, type History, type Outcome } from './outcome.ts';
import { openSecret } from './secret.ts';
import { sendAttempt } from './send-attempt.ts';
import { type Claimed, claimDue, fanOut, lockEndpoints, releaseClaim, settle, type Wakes } from './store.ts';

/**
 * The endpoints that a round serves: `first` those that work, so that none of them waits for one that hangs; `retries`
 * the others, too.
 */
export type Lane = 'first' | 'retries';

/** One consumer at work. */
interface Round {
  readonly ctx: Ctx;
  readonly lane: Lane;
  /** All endpoints of the round: a sender that is done with one takes the next. */
  readonly wakes: Wakes;
  /** Unix milliseconds; the consumer's clock continues from its context's. */
  now(): number;
  readonly endsAt: number;
}

/** A claim, and when it was asked for by `performance.now()`. */
interface Claim {
  readonly claimed: Claimed;
  readonly askedAt: number;
}

/**
 * Writes the deliveries of events, claims the due ones, and sends them after this returns, at most {@link
 * WEBHOOK_SENDS_MAX} at once. Deliveries that are left when the round ends go into the queue again. If that fails, or
 * this consumer dies, the sweep finds them in Neon.
 *
 * @throws DbUnavailable, DbRejected: nothing was claimed, and the same may be asked again
 */
export async function deliver(ctx: Ctx, wakes: Wakes, lane: Lane): Promise<void> {
  const { db } = ctx.ports;
  const started = performance.now();
  const now = () => ctx.now + Math.round(performance.now() - started);
  const [, endpoints, claims] = await runSql(
    db.batch([
      fanOut(db, wakes.eventIds, ctx.now),
      lockEndpoints(db, wakes),
      claimDue(db, wakes, claimOf(lane, ctx.now, WEBHOOK_SENDS_MAX)),
    ]),
  );
  const endpointIds = endpoints.rows.map(({ id }) => id);
  const round = { ctx, lane, wakes: { eventIds: [], endpointIds }, now, endsAt: ctx.now + WEBHOOK_ROUND_MS };
  for (const claimed of claims.rows) ctx.defer(workThrough(round, { claimed, askedAt: started }));
  if (lane === 'retries') return;
  for (const { id, isFailing } of endpoints.rows) if (isFailing) wake(round, id, 'retries');
}

function claimOf(lane: Lane, now: number, limit: number): Parameters<typeof claimDue>[2] {
  return { limit, healthyOnly: lane === 'first', now, leaseUntil: now + WEBHOOK_LEASE_MS };
}

/** Sends one delivery after another, until nothing of the round's endpoints is due or the round ends. */
async function workThrough(round: Round, first: Claim): Promise<void> {
  let next: Claim | undefined = first;
  while (next) {
    // Too late for a revocation that has answered since: see `awaitStarts`.
    if (performance.now() - next.askedAt > WEBHOOK_START_WINDOW_MS) {
      await runSql(releaseClaim(round.ctx.ports.db, next.claimed));
      wake(round, next.claimed.endpointId, round.lane);
      return;
    }
    next = await sendOne(round, next.claimed);
  }
}

/** @returns the delivery to go on with */
async function sendOne(round: Round, claimed: Claimed): Promise<Claim | undefined> {
  const { ctx } = round;
  const at = round.now();
  const keys = ctx.ports.webhookSecretKeys;
  const sealed = [
    claimed.sealedSecret,
    ...(claimed.previousSealedSecret === null ? [] : [claimed.previousSealedSecret]),
  ];
  const secrets = await Promise.all(sealed.map((text) => openSecret(keys, text, claimed.endpointId)));
  const { url, eventId, envelope } = claimed;
  const result = await sendAttempt(ctx, { url, id: eventId, body: envelope, secrets }, at);
  const outcome = decideOutcome(historyOf(claimed), result, round.now(), Math.random());
  try {
    return await settleAndClaim(round, claimed, { at, result, outcome });
  } catch (error) {
    // The attempt was sent and Neon could not note it: after the lease it is sent again, under the same id.
    writeLog({
      event: 'webhook_not_settled',
      requestId: ctx.requestId,
      deliveryId: claimed.id,
      ...describeError(error),
    });
    return undefined;
  }
}

function historyOf({ roundAttempts, failingSince, lastAttemptAt, isWarned }: Claimed): History {
  const toMs = (time: string | null) => (time === null ? null : Date.parse(time));
  return { roundAttempts, failingSince: toMs(failingSince), lastAttemptAt: toMs(lastAttemptAt), isWarned };
}

interface Attempt {
  readonly at: number;
  readonly result: AttemptResult;
  readonly outcome: Outcome;
}

/** Writes what came of an attempt and, in the same transaction, claims the next delivery while the round lasts. */
async function settleAndClaim(round: Round, claimed: Claimed, attempt: Attempt): Promise<Claim | undefined> {
  const { ctx, lane, wakes } = round;
  const { at, result, outcome } = attempt;
  const { db } = ctx.ports;
  const askedAt = performance.now();
  const isLast = round.now() >= round.endsAt;
  const hasResponse = result.kind === 'response';
  const log = {
    at,
    statusCode: hasResponse ? result.statusCode : null,
    error: errorOf(result) ?? null,
    durationMs: result.durationMs,
    responseBody: hasResponse ? result.body : null,
  };
  const [, , next] = await runSql(
    db.batch([
      lockEndpoints(db, wakes),
      settle(db, claimed, log, outcome),
      claimDue(db, wakes, claimOf(lane, round.now(), isLast ? 0 : 1)),
    ]),
  );
  const { statusCode, error, durationMs } = log;
  const { requestId } = ctx;
  writeLog({ event: 'webhook_attempt', requestId, deliveryId: claimed.id, statusCode, error, durationMs });
  wakeLater(round, claimed.endpointId, attempt.outcome, isLast);
  const [row] = next.rows;
  return row && { claimed: row, askedAt };
}

/** Puts into the queue what this round leaves to another. */
function wakeLater(round: Round, endpointId: string, { delivery, endpoint }: Outcome, isLast: boolean): void {
  const isFailing = endpoint.failingSince !== null;
  // The lane of first attempts stops at an endpoint that fails; its other deliveries must move to retries.
  if (isFailing && round.lane === 'first') wake(round, endpointId, 'retries');
  else if (isLast) for (const id of round.wakes.endpointIds) wake(round, id, round.lane);
  if (delivery.status !== 'pending') return;
  const wait = delivery.nextAttemptAt - round.now();
  // A longer wait is a row in Neon, and the sweep ends it.
  if (wait <= WEBHOOK_QUEUED_WAIT_MAX_MS) wake(round, endpointId, 'retries', Math.max(1, Math.ceil(wait / 1_000)));
}

function wake({ ctx }: Round, endpointId: string, lane: Lane, delaySeconds = 0): void {
  const queue = lane === 'first' ? ctx.ports.webhookEvents : ctx.ports.webhookRetries;
  ctx.defer(queue.send({ endpointId }, { delaySeconds }));
}
