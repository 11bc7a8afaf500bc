import { index, pgTable, text } from 'drizzle-orm/pg-core';
import { apiKeys } from './api-keys.ts';
import { time } from './time.ts';

/** A new key on its way to the one page that shows it, encrypted; what opens it is a cookie of that browser. */
export const keyReveals = pgTable(
  'key_reveals',
  {
    apiKeyId: text('api_key_id')
      .primaryKey()
      .references(() => apiKeys.id, { onDelete: 'cascade' }),
    /** AES-256-GCM, base64url: nonce, then ciphertext. */
    sealedKey: text('sealed_key').notNull(),
    expiresAt: time('expires_at').notNull(),
  },
  (table) => [index('key_reveals_expires_at_index').on(table.expiresAt)],
);
