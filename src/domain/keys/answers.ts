import * as z from 'zod';
import { answeredCount, answeredId, answeredTime } from '../answer-parts.ts';
import { REVOKED_REASONS } from './record.ts';

/** What the owner of a key should know of it. */
export const keyHealthSchema = z
  .strictObject({
    code: z
      .enum([
        'leaked',
        'expired',
        'revocation_scheduled',
        'expires_soon',
        'never_used',
        'idle',
        'no_expiry',
        'no_allowlist',
      ])
      .meta({
        description:
          '`leaked`: found in public and revoked, until dismissed. `revocation_scheduled`: its owner has chosen when. ' +
          '`expires_soon`: within 30 days. `idle`: not used for 90 days. ' +
          'Neither `never_used` nor `idle` is claimed while the last use is unknown.',
      }),
    severity: z.enum(['alert', 'warning', 'notice']).meta({ description: '`alert` is the most urgent.' }),
    message: z.string().meta({ description: 'The reason.', examples: ['Expires in 3 days.'] }),
    action: z.string().meta({ description: 'The way out.' }),
  })
  .meta({ id: 'KeyHealth', description: 'A fact that the owner of a key should know.' });

/** A key as its owner sees it (contract section 9): everything but the key. */
export const apiKeySchema = z
  .strictObject({
    id: answeredId('key'),
    label: z.string().meta({ examples: ['Blog bridge'] }),
    maskedKey: z.string().meta({ examples: ['jes_live_a1b2****'] }),
    scopes: z.array(z.string()).meta({ examples: [['write:jes']] }),
    ipAllowlist: z.array(z.string()).meta({ description: 'Empty = any address.', examples: [['192.0.2.0/24']] }),
    status: z.enum(['active', 'expired', 'revoked']),
    createdAt: answeredTime('When it was generated.'),
    expiresAt: answeredTime('From when on it is refused.').nullable(),
    lastUsedAt: answeredTime('When a request with it was last admitted.').nullable(),
    lastUsedIp: z.string().nullable().meta({ description: 'Where from.' }),
    revokedAt: answeredTime('When it was revoked.').nullable(),
    revokedReason: z.enum(REVOKED_REASONS).nullable(),
    health: z
      .array(keyHealthSchema)
      .optional()
      .meta({ description: 'In the list: the most urgent first; empty where nothing is to be done.' }),
  })
  .meta({ id: 'ApiKey', description: 'A key as its owner sees it: everything but the key.' });

export const apiKeyListSchema = z.strictObject({
  apiKeys: z.array(apiKeySchema),
  nextCursor: z.string().nullable().meta({ description: 'Where the next page begins; null after the last.' }),
});

/** A key as it describes itself (contract section 7). */
export const ownKeySchema = z.strictObject({
  id: answeredId('key'),
  label: z.string().meta({ examples: ['Blog bridge'] }),
  maskedKey: z.string().meta({ examples: ['jes_live_a1b2****'] }),
  scopes: z.array(z.string()).meta({ examples: [['write:jes']] }),
  createdAt: answeredTime('When it was generated.'),
  expiresAt: answeredTime('From when on it is refused.').nullable(),
  ipRestricted: z.boolean().meta({ description: 'It works from some addresses only.' }),
  limits: z
    .array(
      z.strictObject({
        name: z.enum(['minute', 'day', 'posts', 'creations']),
        limit: z.int(),
        remaining: answeredCount('Requests, or creations, that are still admitted.'),
        resetsAt: answeredTime('When the window frees its oldest request; of creations, midnight UTC.'),
      }),
    )
    .meta({
      description: 'The rolling minute and 24 hours, `POST /api/posts` a minute, and the creations of the UTC day.',
    }),
});

export const revokedKeySchema = z.strictObject({ apiKey: apiKeySchema });

/** A new key, and what its owner sees of it from then on. */
export const createdKeySchema = z.strictObject({
  apiKey: apiKeySchema,
  key: z
    .string()
    .regex(/^jes_live_[0-9A-Za-z]{49}$/)
    .meta({ description: 'The key itself. It is shown this once, and kept nowhere.' }),
});

/** What happened to a key's requests in an hour or a UTC day. */
export const usageBucketSchema = z
  .strictObject({
    start: answeredTime('When the hour or UTC day began.'),
    accepted: answeredCount('Requests that were admitted.'),
    throttled: answeredCount('Requests that a limit refused.'),
  })
  .meta({ id: 'UsageBucket' });

export const usageSchema = z.strictObject({ buckets: z.array(usageBucketSchema) });
