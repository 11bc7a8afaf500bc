import { sql } from 'drizzle-orm';
import { type Db, timeJson } from '../../data/db.ts';

/** A key whose owner must be mailed that it leaked. */
export type LeakedKey = {
  readonly id: string;
  readonly email: string;
  readonly label: string;
  readonly maskedKey: string;
  readonly url: string | null;
  readonly revokedAt: string;
  readonly lastUsedAt: string | null;
  readonly lastUsedIp: string | null;
  /** Jes, JesClips and comments made with it that are still there. */
  readonly created: number;
};

/** Claims mails that are due: of two that ask, one gets each. */
export function claimLeakMails(db: Db, limit: number) {
  return db.execute<LeakedKey>(sql`
    UPDATE api_keys k SET leak_mail_due = false FROM accounts a
    WHERE k.id = ANY (ARRAY(
      SELECT id FROM api_keys WHERE leak_mail_due ORDER BY revoked_at LIMIT ${limit} FOR NO KEY UPDATE SKIP LOCKED))
      AND a.id = k.account_id
    RETURNING k.id, a.email, k.label, k.masked_key AS "maskedKey", k.leak_url AS url,
      ${timeJson(sql`k.revoked_at`)} AS "revokedAt", ${timeJson(sql`k.last_used_at`)} AS "lastUsedAt", k.last_used_ip AS "lastUsedIp",
      ((SELECT count(*) FROM posts WHERE api_key_id = k.id AND deleted_at IS NULL)
        + (SELECT count(*) FROM jesclips WHERE api_key_id = k.id)
        + (SELECT count(*) FROM comments WHERE api_key_id = k.id)
        + (SELECT count(*) FROM jesclip_comments WHERE api_key_id = k.id))::integer AS created`);
}

/** Puts mails back that could not be sent. */
export function markUnmailed(db: Db, ids: readonly string[]) {
  return db.execute(sql`
    UPDATE api_keys SET leak_mail_due = true WHERE id = ANY (string_to_array(${ids.join(',')}, ','))`);
}
