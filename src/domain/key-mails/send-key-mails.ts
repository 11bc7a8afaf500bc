import { KEY_MAIL_FAILURES_MAX, KEY_MAILS_BATCH, KEY_MAILS_BUDGET_MS } from '../../config/limits.ts';
import { runSql } from '../../data/db.ts';
import { MailFailed } from '../../data/mailer.ts';
import { KEY_MAILS } from '../../data/schema/key-mails.ts';
import type { Ctx } from '../context.ts';
import { keyMail } from './mails.ts';
import { claimMails, type DueMail, markSent } from './store.ts';
import { unsubscribeUrl } from './warnings.ts';

/** By time; of one time as {@link KEY_MAILS} has them. */
const inOrder = (a: DueMail, b: DueMail) =>
  a.dueAt.localeCompare(b.dueAt) || KEY_MAILS.indexOf(a.kind) - KEY_MAILS.indexOf(b.kind);

/**
 * Sends the mails about keys that are due, the longest waiting first, each once. A run claims them. If an attempt has
 * an unknown outcome, the provider recognizes the mail by its idempotency key.
 *
 * @returns `hasBacklog`: the next run continues
 * @throws DbUnavailable, DbRejected
 */
export async function sendKeyMails(
  ctx: Ctx,
): Promise<{ readonly sent: number; readonly failed: number; readonly hasBacklog: boolean }> {
  const { db, mailer } = ctx.ports;
  const { rows } = await runSql(claimMails(db, new Date(ctx.now), KEY_MAILS_BATCH));
  const due = [...rows].sort(inOrder);
  const sent: DueMail[] = [];
  let failed = 0;
  const started = performance.now();
  for (const mail of due) {
    if (failed === KEY_MAIL_FAILURES_MAX || performance.now() - started > KEY_MAILS_BUDGET_MS) break;
    try {
      await mailer.send(keyMail(ctx, mail, await unsubscribeUrl(ctx, mail.accountId)));
      sent.push(mail);
    } catch (error) {
      if (!(error instanceof MailFailed)) throw error;
      failed += 1;
    }
  }
  if (sent.length > 0) await runSql(markSent(db, sent, new Date(ctx.now)));
  return { sent: sent.length, failed, hasBacklog: rows.length === KEY_MAILS_BATCH || sent.length < rows.length };
}
