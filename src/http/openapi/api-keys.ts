import { ACTIVE_KEYS_PER_ACCOUNT, FAILURES_PER_KEY } from '../../config/limits.ts';
import { failurePageSchema } from '../../domain/failures/answers.ts';
import { failuresQuerySchema } from '../../domain/failures/index.ts';
import { apiKeyListSchema, createdKeySchema, revokedKeySchema, usageSchema } from '../../domain/keys/answers.ts';
import { keyPageSchema, newKeySchema, usageQuerySchema } from '../../domain/keys/index.ts';
import type { Operation } from './operation.ts';
import { pathId } from './params.ts';

export const apiKeys = {
  listApiKeys: {
    tag: 'API keys',
    summary: 'List one’s keys',
    description:
      'The newest first: on the first page all that are active, and beside them up to `limit` that are revoked or expired. ' +
      'A key that ended a year ago is deleted once nothing was posted with it that is still there.',
    query: keyPageSchema,
    answer: { status: 200, description: 'A page of keys.', schema: apiKeyListSchema },
  },
  createApiKey: {
    tag: 'API keys',
    summary: 'Generate a key',
    description:
      'The one answer that holds the key itself. What is chosen here cannot be changed later: a key is replaced by ' +
      `another, then revoked. An account has at most ${ACTIVE_KEYS_PER_ACCOUNT} active keys, and needs a confirmed email ` +
      'address for them.',
    body: {
      json: newKeySchema,
      example: { label: 'Blog bridge', scopes: ['write:jes'], expiresInDays: 90, acceptTerms: true },
    },
    answer: { status: 201, description: 'The key.', schema: createdKeySchema },
    errors: ['api_key_limit_reached', 'daily_quota_exceeded', 'email_unverified', 'reauthentication_required'],
  },
  revokeApiKey: {
    tag: 'API keys',
    summary: 'Revoke a key',
    description: 'At once and for good. Repeating it changes nothing.',
    params: pathId('a key of one’s own'),
    answer: { status: 200, description: 'The key as it is now.', schema: revokedKeySchema },
  },
  getApiKeyUsage: {
    tag: 'API keys',
    summary: 'What a key was used for',
    description: '24 hours by the hour, or 30 days by the UTC day; the oldest first.',
    params: pathId('a key of one’s own'),
    query: usageQuerySchema,
    answer: { status: 200, description: 'Its usage.', schema: usageSchema },
  },
  listApiKeyFailures: {
    tag: 'API keys',
    summary: 'List failed calls of a key',
    description: `Status 400 or above: the newest ${FAILURES_PER_KEY} of 7 days, also of a key that ended.`,
    params: pathId('a key of one’s own'),
    query: failuresQuerySchema,
    answer: { status: 200, description: 'A page of failed calls.', schema: failurePageSchema },
  },
} as const satisfies Record<string, Operation>;
