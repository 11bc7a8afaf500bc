import { sql } from 'drizzle-orm';
import { boolean, check, index, pgTable, smallint, text } from 'drizzle-orm/pg-core';
import { accounts } from './accounts.ts';
import { time } from './time.ts';

/** An API key without the key: only its SHA-256 and its first four characters are kept (contract section 2). */
export const apiKeys = pgTable(
  'api_keys',
  {
    id: text().primaryKey(),
    accountId: text('account_id')
      .notNull()
      .references(() => accounts.id),
    label: text().notNull(),
    /** SHA-256 of the whole key, hexadecimal. */
    hash: text().notNull().unique('api_keys_hash_unique'),
    /** `jes_live_a1b2****`: all that a list or a log may show. */
    maskedKey: text('masked_key').notNull(),
    scopes: text().array().notNull(),
    /** Normalised CIDR entries; empty = any address. */
    ipAllowlist: text('ip_allowlist').array().notNull(),
    /** The version of the developer terms accepted at creation. */
    termsVersion: text('terms_version').notNull(),
    createdAt: time('created_at').notNull(),
    expiresAt: time('expires_at'),
    revokedAt: time('revoked_at'),
    revokedReason: text('revoked_reason', { enum: ['user', 'admin', 'leaked'] }),
    /**
     * When the revocation marker was last put into Redis. The sweep puts it there again until that was a minute after
     * the revocation or later: by then no earlier command is on its way any more.
     */
    tombstonedAt: time('tombstoned_at'),
    /** A copy from Redis, which has it to the second (see `domain/keys/usage.ts`). */
    lastUsedAt: time('last_used_at'),
    lastUsedIp: text('last_used_ip'),
    /** When Redis was last asked for the last use; null = never. */
    useNotedAt: time('use_noted_at'),
    /** The address where a leaked key was found, as given in the report. */
    leakUrl: text('leak_url'),
    /** The mail to the owner of a leaked key is not sent yet. */
    leakMailDue: boolean('leak_mail_due').notNull().default(false),
    /** When the owner put the notice of the leak away. */
    leakDismissedAt: time('leak_dismissed_at'),
    /**
     * When the sweep revokes the key, as its owner chose; with `revoke_after_silence`, the earliest time at which it
     * may.
     */
    revokeAt: time('revoke_at'),
    /** Hours without an admitted request before the revocation; null = it comes at `revoke_at` in any case. */
    revokeAfterSilence: smallint('revoke_after_silence'),
  },
  (table) => [
    index('api_keys_use_noted_at_index').on(sql`${table.useNotedAt} ASC NULLS FIRST`),
    index('api_keys_leak_mail_due_index').on(table.revokedAt).where(sql`${table.leakMailDue}`),
    index('api_keys_revoke_at_index')
      .on(table.revokeAt)
      .where(sql`${table.revokeAt} IS NOT NULL AND ${table.revokedAt} IS NULL`),
    // Keys that have ended, for the sweep that deletes them.
    index('api_keys_ended_at_index')
      .on(sql`least(${table.revokedAt}, ${table.expiresAt})`, table.id)
      .where(sql`least(${table.revokedAt}, ${table.expiresAt}) IS NOT NULL`),
    index('api_keys_account_id_index').on(table.accountId, table.createdAt),
    index('api_keys_unsettled_revocations_index')
      .on(table.revokedAt)
      .where(
        sql`${table.revokedAt} IS NOT NULL AND (${table.tombstonedAt} IS NULL OR ${table.tombstonedAt} - ${table.revokedAt} < interval '1 minute')`,
      ),
    check('api_keys_revoked_for_a_reason', sql`(${table.revokedAt} IS NULL) = (${table.revokedReason} IS NULL)`),
    check(
      'api_keys_revoke_after_silence_scheduled',
      sql`${table.revokeAfterSilence} IS NULL OR ${table.revokeAt} IS NOT NULL`,
    ),
    check('api_keys_revoked_reason_known', sql`${table.revokedReason} IN ('user', 'admin', 'leaked')`),
  ],
);
