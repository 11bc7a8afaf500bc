import type * as z from 'zod';
import {
  CREATIONS_PER_DAY,
  DAY_MS,
  POSTS_PER_MINUTE,
  REQUESTS_PER_DAY,
  REQUESTS_PER_MINUTE,
} from '../../config/limits.ts';
import { runSql } from '../../data/db.ts';
import { ApiError } from '../api-error.ts';
import type { ActorCtx, ApiKeyActor } from '../context.ts';
import { dayOf, type LimitStatus, type WindowRoom } from '../limits/index.ts';
import type { ownKeySchema } from './responses.ts';
import { selectOwnKey } from './store.ts';

export type OwnKey = z.infer<typeof ownKeySchema>;

const EMPTY: WindowRoom = { remaining: POSTS_PER_MINUTE, resetsAt: 0 };

/**
 * What a key can learn of itself (contract section 7): its facts, and the room of every limit. One statement.
 *
 * @param status as the call that admitted this request told it
 * @throws ApiError `api_key_revoked` (since it was admitted, and removed)
 */
export async function describeKey(
  { now, ports }: ActorCtx,
  { keyId, accountId }: ApiKeyActor,
  status: LimitStatus,
): Promise<OwnKey> {
  const { rows } = await runSql(selectOwnKey(ports.db, keyId, accountId, dayOf(now)));
  const [row] = rows;
  if (!row) throw new ApiError({ code: 'api_key_revoked' });
  const { creations, ...key } = row;
  const shown = (name: OwnKey['limits'][number]['name'], limit: number, { remaining, resetsAt }: WindowRoom) => ({
    name,
    limit,
    remaining,
    resetsAt: new Date(Math.max(resetsAt, now)).toISOString(),
  });
  const midnight = now - (now % DAY_MS) + DAY_MS;
  return {
    ...key,
    limits: [
      shown('minute', REQUESTS_PER_MINUTE, status),
      shown('day', REQUESTS_PER_DAY, status.day),
      shown('posts', POSTS_PER_MINUTE, status.posts ?? EMPTY),
      shown('creations', CREATIONS_PER_DAY, { remaining: CREATIONS_PER_DAY - creations, resetsAt: midnight }),
    ],
  };
}
