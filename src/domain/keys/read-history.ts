import { HISTORY_PAGE } from '../../config/limits.ts';
import { runSql } from '../../data/db.ts';
import { openCursor, sealCursor } from '../../lib/cursor.ts';
import { invalidField } from '../api-error.ts';
import type { SessionCtx } from '../context.ts';
import { parseInput } from '../parse-input.ts';
import { type ApiKey, toApiKey } from './api-key.ts';
import { requireOwnKey } from './require-own-key.ts';
import { type HistoryKind, historyQuerySchema } from './schemas.ts';
import { type AuditEvent, selectHistory } from './store.ts';

/** The events of each kind of a filter. */
const KINDS: Readonly<Record<HistoryKind, readonly AuditEvent['event'][]>> = {
  key: ['created', 'revocation_scheduled', 'revocation_cancelled', 'revoked', 'expired'],
  addresses: ['first_use', 'refused_address'],
  webhooks: [
    'webhook_created',
    'webhook_changed',
    'webhook_deleted',
    'webhook_secret_rotated',
    'webhook_tested',
    'webhook_redelivered',
    'webhook_replayed',
  ],
};

/** A page of what happened to a key, the newest first. */
export interface KeyHistory {
  readonly apiKey: ApiKey;
  readonly events: readonly AuditEvent[];
  readonly nextCursor: string | null;
}

/**
 * What happened to a key of the person's.
 *
 * @param query `{ kind?, cursor? }`
 * @throws ApiError `not_found`, `invalid_request`
 */
export async function readHistory(ctx: SessionCtx, id: string, query: unknown): Promise<KeyHistory> {
  const { db, sessionSecrets } = ctx.ports;
  const row = await requireOwnKey(ctx, id);
  const { kind, cursor } = parseInput(historyQuerySchema, query);
  const list = `history of ${id}`;
  const place = cursor === undefined ? undefined : await openCursor(sessionSecrets, list, cursor);
  if (cursor !== undefined && place === undefined) throw invalidField('cursor', 'must be a nextCursor of this list');
  const [at = '', last = ''] = place?.split(' ') ?? [];
  const page = {
    events: kind && KINDS[kind],
    before: place === undefined ? undefined : { at, id: last },
    // One more than shown tells if there is another page.
    limit: HISTORY_PAGE + 1,
  };
  const events = toEvents(await runSql(selectHistory(db, id, new Date(ctx.now), page)));
  const shown = events.slice(0, HISTORY_PAGE);
  const end = shown.at(-1);
  const hasMore = events.length > HISTORY_PAGE && end !== undefined;
  return {
    apiKey: toApiKey(row, ctx.now),
    events: shown,
    nextCursor: hasMore ? await sealCursor(sessionSecrets[0], list, `${placeOf(end)} ${end.id}`) : null,
  };
}

/** Where an event stands in the order of the list. */
const placeOf = ({ event, at, lastAt }: AuditEvent) => (event === 'refused_address' ? lastAt : at).toISOString();

/** Events as the statement answers them. */
export function toEvents({ rows }: Awaited<ReturnType<typeof selectHistory>>): AuditEvent[] {
  return rows.map((event) => ({ ...event, at: new Date(event.at), lastAt: new Date(event.lastAt) }));
}
