import { sql } from 'drizzle-orm';
import { check, index, pgTable, text, unique } from 'drizzle-orm/pg-core';
import { accounts } from './accounts.ts';
import { time } from './time.ts';

/** The sessions of people, with their expiry. Written by better-auth (see `data/better-auth.ts`). */
export const sessions = pgTable(
  'sessions',
  {
    id: text().primaryKey(),
    /** The token in the cookie, without its signature. */
    token: text().notNull().unique('sessions_token_unique'),
    accountId: text('account_id')
      .notNull()
      .references(() => accounts.id, { onDelete: 'cascade' }),
    ipAddress: text('ip_address'),
    userAgent: text('user_agent'),
    expiresAt: time('expires_at').notNull(),
    createdAt: time('created_at').notNull(),
    updatedAt: time('updated_at').notNull(),
    /** Written at most once an hour; null = not since the session began. */
    lastSeenAt: time('last_seen_at'),
    /** When the person last gave the password in this session; null = not since it began. */
    reauthenticatedAt: time('reauthenticated_at'),
  },
  (table) => [
    index('sessions_account_id_index').on(table.accountId),
    index('sessions_expires_at_index').on(table.expiresAt),
  ],
);

/**
 * The ways in which a person can sign in: a password's scrypt hash, or an account of a provider. Written by
 * better-auth.
 */
export const credentials = pgTable(
  'credentials',
  {
    id: text().primaryKey(),
    /** The owner. Not named `accountId`, which better-auth takes for the account at the provider wherever it joins. */
    userId: text('account_id')
      .notNull()
      .references(() => accounts.id, { onDelete: 'cascade' }),
    /** `credential` for a password, `google`. */
    provider: text().notNull(),
    /** The account's id at the provider; ours for a password. */
    providerAccountId: text('provider_account_id').notNull(),
    passwordHash: text('password_hash'),
    accessToken: text('access_token'),
    refreshToken: text('refresh_token'),
    idToken: text('id_token'),
    accessTokenExpiresAt: time('access_token_expires_at'),
    refreshTokenExpiresAt: time('refresh_token_expires_at'),
    scope: text(),
    createdAt: time('created_at').notNull(),
    updatedAt: time('updated_at').notNull(),
  },
  (table) => [
    index('credentials_account_id_index').on(table.userId),
    unique('credentials_provider_account_unique').on(table.provider, table.providerAccountId),
  ],
);

/** Sign-ins with a provider in progress. Written by better-auth. */
export const verifications = pgTable(
  'verifications',
  {
    id: text().primaryKey(),
    identifier: text().notNull(),
    value: text().notNull(),
    expiresAt: time('expires_at').notNull(),
    createdAt: time('created_at').notNull(),
    updatedAt: time('updated_at').notNull(),
  },
  (table) => [
    index('verifications_identifier_index').on(table.identifier),
    index('verifications_expires_at_index').on(table.expiresAt),
  ],
);

/**
 * Links that were mailed: to confirm an email address, or to choose another password. Each works once. A used one stays
 * until it expires, so that a second click learns that it was used.
 */
export const mailedLinks = pgTable(
  'mailed_links',
  {
    /** SHA-256 of the token, hexadecimal: only the mail holds the token. */
    hash: text().primaryKey(),
    accountId: text('account_id')
      .notNull()
      .references(() => accounts.id, { onDelete: 'cascade' }),
    purpose: text({ enum: ['verification', 'reset'] }).notNull(),
    expiresAt: time('expires_at').notNull(),
    usedAt: time('used_at'),
    /** The request that used it: the statements of its transaction act only for this one. */
    usedBy: text('used_by'),
  },
  (table) => [
    index('mailed_links_account_id_index').on(table.accountId),
    index('mailed_links_expires_at_index').on(table.expiresAt),
    check('mailed_links_purpose_known', sql`${table.purpose} IN ('verification', 'reset')`),
  ],
);
