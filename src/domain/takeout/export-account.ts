import { EXPORT_PAGE_ROWS, THROTTLES } from '../../config/limits.ts';
import { runSql } from '../../data/db.ts';
import { throttle } from '../accounts/index.ts';
import { ApiError } from '../api-error.ts';
import type { SessionCtx } from '../context.ts';
import { linkMedia, type MediaRow } from '../media/index.ts';
import { LISTS, selectAccount, selectPage } from './store.ts';

/** A row of a list; files of Jes and JesClips have no addresses yet. */
interface Row extends Record<string, unknown> {
  readonly media?: readonly MediaRow[];
}

/**
 * Everything we keep of a person, as JSON in pieces: a page of rows is read when it is asked for, so that a large
 * account needs no more memory than a small one. No secret is in it: no password hash, no hash of a key, no token.
 * Addresses of files are signed, and work for an hour.
 *
 * @throws ApiError `rate_limit_exceeded`, `not_found`; what fails later ends the pieces early
 */
export async function exportAccount(ctx: SessionCtx): Promise<AsyncGenerator<string, void>> {
  const { accountId } = ctx.actor;
  await throttle(ctx, [{ rule: THROTTLES.exportAccount, subject: accountId }]);
  const { rows } = await runSql(selectAccount(ctx.ports.db, accountId));
  const [account] = rows;
  if (!account) throw new ApiError({ code: 'not_found' });
  return pieces(ctx, account.body);
}

async function* pieces(ctx: SessionCtx, account: string): AsyncGenerator<string, void> {
  yield `{"exportedAt":${JSON.stringify(new Date(ctx.now).toISOString())},"account":${account}`;
  for (const [name, list] of Object.entries(LISTS)) {
    yield `,${JSON.stringify(name)}:[`;
    let position = '';
    for (let isFirst = true; ; isFirst = false) {
      const { rows } = await runSql(selectPage(ctx.ports.db, list, ctx.actor.accountId, position, EXPORT_PAGE_ROWS));
      const texts = await Promise.all(rows.map(({ body }) => withAddresses(ctx, body)));
      if (texts.length > 0) yield (isFirst ? '' : ',') + texts.join(',');
      if (rows.length < EXPORT_PAGE_ROWS) break;
      position = rows.at(-1)?.position ?? '';
    }
    yield ']';
  }
  yield '}';
}

async function withAddresses(ctx: SessionCtx, body: string): Promise<string> {
  if (!body.includes('"media":[{')) return body;
  const row = JSON.parse(body) as Row;
  const media = await linkMedia(ctx.ports, row.media ?? [], { isForEverybody: false, at: ctx.now });
  return JSON.stringify({ ...row, media });
}
