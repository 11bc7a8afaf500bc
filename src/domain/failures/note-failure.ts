import {
  FAILURE_ROUND_MIN_MS,
  FAILURE_ROW_MS,
  FAILURES_PER_KEY,
  IDEMPOTENCY_KEY_MAX_CHARACTERS,
} from '../../config/limits.ts';
import { runBatch } from '../../data/db.ts';
import { writeLog } from '../../data/log.ts';
import { toLine } from '../../lib/line.ts';
import type { Ctx } from '../context.ts';
import { maskKeysIn } from '../keys/index.ts';
import { deleteOlderFailures, insertFailures, type NewFailure } from './store.ts';

/** Failed calls of an isolate that wait to be written together, the oldest first, by their keys. */
interface Round {
  readonly openedAt: number;
  readonly byKey: Map<string, NewFailure[]>;
  size: number;
  dropped: number;
}

/** A round beyond this age belongs to a request that the runtime has ended. */
const OVERDUE_MS = 2 * FAILURES_PER_KEY * FAILURE_ROW_MS;

let collecting: Round | undefined;

/** When the next round may be written, on the clock of `performance`. */
let nextRoundAt = 0;

/**
 * Keeps a failed call, after the response. Calls that fail while a round waits share its request to Neon. An isolate
 * writes at most 20 rounds and, on average, 200 calls a second: each call of a round delays the next round. A round
 * holds 200 calls; then the key with the most of them loses its oldest one.
 */
export function noteFailure(ctx: Ctx, failure: NewFailure): void {
  const now = performance.now();
  if (collecting && now - collecting.openedAt < OVERDUE_MS) {
    add(collecting, failure);
    return;
  }
  const round: Round = { openedAt: now, byKey: new Map(), size: 0, dropped: 0 };
  add(round, failure);
  collecting = round;
  ctx.defer(
    ctx.clock.wait(Math.max(0, nextRoundAt - now)).then(() => {
      if (collecting === round) collecting = undefined;
      nextRoundAt = performance.now() + Math.max(FAILURE_ROUND_MIN_MS, round.size * FAILURE_ROW_MS);
      return write(ctx, round);
    }),
  );
}

function add(round: Round, failure: NewFailure): void {
  const { key } = failure;
  const name = 'id' in key ? key.id : key.hash;
  const failures = round.byKey.get(name);
  if (failures) failures.push(failure);
  else round.byKey.set(name, [failure]);
  round.size += 1;
  if (round.size <= FAILURES_PER_KEY) return;
  let longest: NewFailure[] = [];
  for (const each of round.byKey.values()) if (each.length > longest.length) longest = each;
  longest.shift();
  round.size -= 1;
  round.dropped += 1;
}

async function write({ requestId, ports: { db } }: Ctx, { byKey, dropped }: Round): Promise<void> {
  if (dropped > 0) writeLog({ event: 'failures_dropped', requestId, dropped });
  const failures = [...byKey.values()].flat();
  await runBatch(db, [insertFailures(db, failures)], deleteOlderFailures(db, failures));
}

/**
 * An `Idempotency-Key` as it is kept: on one line, at most as long as a valid one, and without an API key pasted into
 * it.
 */
export function keptIdempotencyKey(header: string | null): string | null {
  if (header === null) return null;
  return maskKeysIn(toLine(header.toWellFormed())).slice(0, IDEMPOTENCY_KEY_MAX_CHARACTERS).toWellFormed();
}
