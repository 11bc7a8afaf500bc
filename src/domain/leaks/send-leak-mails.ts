import { LEAK_MAILS_BATCH } from '../../config/limits.ts';
import { runSql } from '../../data/db.ts';
import type { Ctx } from '../context.ts';
import { leakMail } from './mails.ts';
import { claimLeakMails, markUnmailed } from './store.ts';

/**
 * Mails the owners of keys that were revoked because they leaked, once for each key. Runs after a report, and in the
 * sweep for mails that are still due.
 *
 * @returns the number of mails
 */
export async function sendLeakMails(ctx: Ctx): Promise<number> {
  const { db, mailer, webOrigin } = ctx.ports;
  const { rows } = await runSql(claimLeakMails(db, LEAK_MAILS_BATCH));
  const unsent: string[] = [];
  for (const row of rows) {
    await mailer.send(leakMail(webOrigin, row)).catch(() => unsent.push(row.id));
  }
  if (unsent.length > 0) await runSql(markUnmailed(db, unsent));
  return rows.length - unsent.length;
}
