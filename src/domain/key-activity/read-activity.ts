import { ACTIVITY_ADDRESSES_SHOWN, ACTIVITY_PAGE, HOUR_MS, MADE_COUNTED_MAX } from '../../config/limits.ts';
import { runSql } from '../../data/db.ts';
import { openCursor, sealCursor } from '../../lib/cursor.ts';
import { firstIdOf } from '../../lib/id.ts';
import { invalidField } from '../api-error.ts';
import type { SessionCtx } from '../context.ts';
import { type ApiKey, readApiKeyAndUse, readUsageSince, type UsageBucket } from '../keys/index.ts';
import { parseInput } from '../parse-input.ts';
import { activityQuerySchema, PERIODS } from './schemas.ts';
import { countMade, type MadeCounts, type MadeItem, selectAddresses, selectMade, type UsedAddress } from './store.ts';

/** The activity of a key since a time. */
export interface Activity {
  readonly apiKey: ApiKey;
  readonly isUseUnknown: boolean;
  readonly since: Date;
  /** By the hour, the last 30 days at most; undefined = unknown, since Redis does not answer. */
  readonly hours: readonly UsageBucket[] | undefined;
  /** The latest first, up to {@link ACTIVITY_ADDRESSES_SHOWN}. */
  readonly addresses: readonly UsedAddress[];
  /** A page of the things that it made and that still exist, the newest first. */
  readonly made: readonly MadeItem[];
  /** The number of each kind, up to {@link MADE_COUNTED_MAX}. */
  readonly counts: MadeCounts;
  readonly nextCursor: string | null;
}

/**
 * The activity of a key of the person's: the addresses that used it, the number of requests, and the things that it
 * made.
 *
 * @param query `{ since?, cursor? }`; since: `24h`, `7d` (the default), `30d`, `all` or a time
 * @throws ApiError `not_found`, `invalid_request`
 */
export async function readActivity(ctx: SessionCtx, id: string, query: unknown): Promise<Activity> {
  const { db, sessionSecrets } = ctx.ports;
  const { accountId } = ctx.actor;
  const { apiKey, isUseUnknown } = await readApiKeyAndUse(ctx, id);
  const { since: asked, cursor } = parseInput(activityQuerySchema, query);
  const since = sinceOf(asked, apiKey, ctx.now);
  const list = `made by ${id}`;
  const before = cursor === undefined ? undefined : await openCursor(sessionSecrets, list, cursor);
  if (cursor !== undefined && before === undefined) throw invalidField('cursor', 'must be a nextCursor of this list');
  const made = { keyId: id, accountId, firstId: firstIdOf(since.getTime()) };
  const [[items, counts, addresses], hours] = await Promise.all([
    runSql(
      db.batch([
        // One more than shown tells if there is another page.
        selectMade(db, made, before, ACTIVITY_PAGE + 1),
        countMade(db, made, MADE_COUNTED_MAX),
        selectAddresses(db, id, since, ACTIVITY_ADDRESSES_SHOWN),
      ]),
    ),
    readUsageSince(ctx, id, since),
  ]);
  const shown = items.rows.slice(0, ACTIVITY_PAGE);
  const last = shown.at(-1);
  const hasMore = items.rows.length > ACTIVITY_PAGE && last !== undefined;
  return {
    apiKey,
    isUseUnknown,
    since,
    hours,
    addresses: addresses.rows,
    made: shown,
    counts: counts.rows[0] ?? { jes: 0, jesclip: 0, comment: 0, jesclip_comment: 0 },
    nextCursor: hasMore ? await sealCursor(sessionSecrets[0], list, last.id) : null,
  };
}

/** A period of a key that has ended is counted back from its end: later it did nothing. */
function sinceOf(asked: string, { createdAt, revokedAt, expiresAt }: ApiKey, now: number): Date {
  const created = Date.parse(createdAt);
  if (asked === 'all') return new Date(created);
  if (!Object.hasOwn(PERIODS, asked)) return new Date(Math.max(created, Date.parse(asked)));
  const hours = PERIODS[asked as keyof typeof PERIODS];
  const end = Math.min(now, ...[revokedAt, expiresAt].filter((at) => at !== null).map((at) => Date.parse(at)));
  return new Date(Math.max(created, end - hours * HOUR_MS));
}
