import { WEBHOOK_BATCH } from '../../config/limits.ts';
import { runSql } from '../../data/db.ts';
import type { Mail } from '../../data/mailer.ts';
import type { Ctx } from '../context.ts';
import type { AttemptError } from './attempt.ts';
import { clearNotice, type NoticeRow, selectNotices } from './store.ts';

/**
 * Mails owners whose endpoint fails, or was disabled. A mail that the provider does not take is due again in the next
 * run.
 */
export async function sendNotices(ctx: Ctx): Promise<number> {
  const { db, mailer, webOrigin } = ctx.ports;
  const { rows } = await runSql(selectNotices(db, WEBHOOK_BATCH));
  for (const row of rows) {
    await mailer.send(noticeMail(webOrigin, row));
    await runSql(clearNotice(db, row));
  }
  return rows.length;
}

/** The error of an attempt, in words for a person. */
const ERROR_WORDS: Readonly<Record<AttemptError, string>> = {
  status: 'it did not answer with a 2xx status',
  redirect: 'it redirected, and redirects are not followed',
  timeout: 'it did not answer within 10 seconds',
  dns: 'its host name was not found',
  connection: 'the connection was refused or broke off',
  tls: 'its TLS certificate was not accepted',
  target_not_allowed: 'its URL is not allowed as a target',
};

function noticeMail(webOrigin: string, row: NoticeRow): Mail & { readonly to: string } {
  const { url, label, lastStatusCode, lastError, failingSince } = row;
  const host = new URL(url).host;
  const status = lastStatusCode === null ? '' : ` (HTTP ${lastStatusCode})`;
  const lastAttempt = `The last attempt failed: ${ERROR_WORDS[lastError ?? 'status']}${status}.`;
  const settings = `${webOrigin}/settings/api-access/${row.keyId}`;
  const facts = [`The webhook endpoint ${url} of your API key "${label}"`, lastAttempt];
  if (row.notice === 'failing') {
    return {
      to: row.email,
      subject: `Your webhook endpoint at ${host} is failing`,
      text: [
        `${facts[0]} has failed every delivery since ${failingSince}. ${facts[1]}`,
        'It will be disabled once it has failed for 5 days. One successful delivery ends the count.',
        `See every attempt and its response:\n${settings}`,
      ].join('\n\n'),
    };
  }
  const why =
    row.disabledReason === 'gone' ? 'answered 410 Gone, so we disabled it.' : 'failed for 5 days, so we disabled it.';
  return {
    to: row.email,
    subject: `Your webhook endpoint at ${host} was disabled`,
    text: [
      `${facts[0]} ${why} ${facts[1]}`,
      'Nothing is sent to it any more. Once your receiver works, enable the endpoint and replay what it missed:\n' +
        settings,
      'Events are kept for 30 days.',
    ].join('\n\n'),
  };
}
