import { boolean, index, integer, pgSchema, text, timestamp } from 'drizzle-orm/pg-core';

/** The tables that better-auth and its API-key plugin ask for, apart from ours, with the indexes they ask for. */
const schema = pgSchema('bench_better_auth');

const time = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

export const user = schema.table('user', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  email: text('email').notNull().unique(),
  emailVerified: boolean('email_verified').notNull().default(false),
  image: text('image'),
  createdAt: time('created_at').notNull().defaultNow(),
  updatedAt: time('updated_at').notNull().defaultNow(),
});

export const apikey = schema.table(
  'apikey',
  {
    id: text('id').primaryKey(),
    configId: text('config_id').notNull().default('default'),
    name: text('name'),
    start: text('start'),
    referenceId: text('reference_id').notNull(),
    prefix: text('prefix'),
    key: text('key').notNull(),
    refillInterval: integer('refill_interval'),
    refillAmount: integer('refill_amount'),
    lastRefillAt: time('last_refill_at'),
    enabled: boolean('enabled').default(true),
    rateLimitEnabled: boolean('rate_limit_enabled').default(true),
    rateLimitTimeWindow: integer('rate_limit_time_window'),
    rateLimitMax: integer('rate_limit_max'),
    requestCount: integer('request_count').default(0),
    remaining: integer('remaining'),
    lastRequest: time('last_request'),
    expiresAt: time('expires_at'),
    createdAt: time('created_at').notNull(),
    updatedAt: time('updated_at').notNull(),
    permissions: text('permissions'),
    metadata: text('metadata'),
  },
  (table) => [index().on(table.key), index().on(table.referenceId), index().on(table.configId)],
);

/** Asked for by better-auth's check of its tables; a key's verification touches none of them. */
export const session = schema.table('session', {
  id: text('id').primaryKey(),
  expiresAt: time('expires_at').notNull(),
  token: text('token').notNull().unique(),
  createdAt: time('created_at').notNull(),
  updatedAt: time('updated_at').notNull(),
  ipAddress: text('ip_address'),
  userAgent: text('user_agent'),
  userId: text('user_id').notNull(),
});

export const account = schema.table('account', {
  id: text('id').primaryKey(),
  accountId: text('account_id').notNull(),
  providerId: text('provider_id').notNull(),
  userId: text('user_id').notNull(),
  accessToken: text('access_token'),
  refreshToken: text('refresh_token'),
  idToken: text('id_token'),
  accessTokenExpiresAt: time('access_token_expires_at'),
  refreshTokenExpiresAt: time('refresh_token_expires_at'),
  scope: text('scope'),
  password: text('password'),
  createdAt: time('created_at').notNull(),
  updatedAt: time('updated_at').notNull(),
});

export const verification = schema.table('verification', {
  id: text('id').primaryKey(),
  identifier: text('identifier').notNull(),
  value: text('value').notNull(),
  expiresAt: time('expires_at').notNull(),
  createdAt: time('created_at').notNull(),
  updatedAt: time('updated_at').notNull(),
});

/** The tables that are touched, as statements. */
export const CREATE_TABLES = [
  'DROP SCHEMA IF EXISTS bench_better_auth CASCADE',
  'CREATE SCHEMA bench_better_auth',
  `CREATE TABLE bench_better_auth."user" (
    id text PRIMARY KEY, name text NOT NULL, email text NOT NULL UNIQUE, email_verified boolean NOT NULL DEFAULT false,
    image text, created_at timestamptz(3) NOT NULL DEFAULT now(), updated_at timestamptz(3) NOT NULL DEFAULT now())`,
  `CREATE TABLE bench_better_auth.apikey (
    id text PRIMARY KEY, config_id text NOT NULL DEFAULT 'default', name text, start text, reference_id text NOT NULL,
    prefix text, key text NOT NULL, refill_interval integer, refill_amount integer, last_refill_at timestamptz(3),
    enabled boolean DEFAULT true, rate_limit_enabled boolean DEFAULT true, rate_limit_time_window integer,
    rate_limit_max integer, request_count integer DEFAULT 0, remaining integer, last_request timestamptz(3),
    expires_at timestamptz(3), created_at timestamptz(3) NOT NULL, updated_at timestamptz(3) NOT NULL,
    permissions text, metadata text)`,
  'CREATE INDEX ON bench_better_auth.apikey (key)',
  'CREATE INDEX ON bench_better_auth.apikey (reference_id)',
  'CREATE INDEX ON bench_better_auth.apikey (config_id)',
];

export const DROP_TABLES = 'DROP SCHEMA IF EXISTS bench_better_auth CASCADE';
