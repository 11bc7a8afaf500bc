import * as z from 'zod';
import { countField, idField, timeField } from '../response-fields.ts';
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
    action: z.string().meta({ description: 'The page or chapter that helps.' }),
  })
  .meta({ id: 'KeyHealth', description: 'Something that the owner of the key should know.' });

/** A key as its owner sees it (contract section 9): everything but the key. */
export const apiKeySchema = z
  .strictObject({
    id: idField('key'),
    label: z.string().meta({ examples: ['Blog bridge'] }),
    maskedKey: z.string().meta({ examples: ['jes_live_a1b2****'] }),
    scopes: z.array(z.string()).meta({ examples: [['write:jes']] }),
    ipAllowlist: z
      .array(z.string())
      .meta({ description: 'Empty if the key works from any address.', examples: [['192.0.2.0/24']] }),
    status: z.enum(['active', 'expired', 'revoked']),
    createdAt: timeField('The time of its creation.'),
    expiresAt: timeField('The time from which the key is refused.').nullable(),
    lastUsedAt: timeField('The time of the last accepted request.').nullable(),
    lastUsedIp: z.string().nullable().meta({ description: 'The IP address of that request.' }),
    revokedAt: timeField('The time of the revocation.').nullable(),
    revokedReason: z.enum(REVOKED_REASONS).nullable(),
    health: z
      .array(keyHealthSchema)
      .optional()
      .meta({ description: 'Only in the list. Most urgent first; empty if there is nothing to do.' }),
  })
  .meta({ id: 'ApiKey', description: 'An API key, without the key itself.' });

export const apiKeyListSchema = z.strictObject({
  apiKeys: z.array(apiKeySchema),
  nextCursor: z.string().nullable().meta({ description: 'The cursor of the next page; null on the last page.' }),
});

/** A key as it describes itself (contract section 7). */
export const ownKeySchema = z.strictObject({
  id: idField('key'),
  label: z.string().meta({ examples: ['Blog bridge'] }),
  maskedKey: z.string().meta({ examples: ['jes_live_a1b2****'] }),
  scopes: z.array(z.string()).meta({ examples: [['write:jes']] }),
  createdAt: timeField('The time of its creation.'),
  expiresAt: timeField('The time from which the key is refused.').nullable(),
  ipRestricted: z.boolean().meta({ description: 'True if the key works only from some addresses.' }),
  limits: z
    .array(
      z.strictObject({
        name: z.enum(['minute', 'day', 'posts', 'creations']),
        limit: z.int(),
        remaining: countField('Requests, or creations, that are still admitted.'),
        resetsAt: timeField('The time at which the oldest request leaves the window; for creations, midnight UTC.'),
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
    .meta({ description: 'The key itself. No other response shows it, and we do not store it.' }),
});

/** What happened to a key's requests in an hour or a UTC day. */
export const usageBucketSchema = z
  .strictObject({
    start: timeField('The start of the hour or UTC day.'),
    accepted: countField('Requests that were admitted.'),
    throttled: countField('Requests that a limit refused.'),
  })
  .meta({ id: 'UsageBucket' });

export const usageSchema = z.strictObject({ buckets: z.array(usageBucketSchema) });
