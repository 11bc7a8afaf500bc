import { ACTIVE_KEYS_PER_ACCOUNT, FAILURES_PER_KEY } from '../../../config/limits.ts';
import { failuresQuerySchema } from '../../../domain/failures/index.ts';
import { failurePageSchema } from '../../../domain/failures/responses.ts';
import { keyPageSchema, newKeySchema, usageQuerySchema } from '../../../domain/keys/index.ts';
import { apiKeyListSchema, createdKeySchema, revokedKeySchema, usageSchema } from '../../../domain/keys/responses.ts';
import type { Operation } from '../../openapi/operation.ts';
import { pathId } from '../../openapi/params.ts';

/** Operations of a person on their API keys (contract section 9). */
export const apiKeys = {
  listApiKeys: {
    tag: 'API keys',
    summary: 'List your keys',
    description:
      'Newest first. The first page has all active keys; each page has up to `limit` revoked or expired ones. A key is deleted ' +
      'one year after it ended, unless something that was posted with it still exists.',
    query: keyPageSchema,
    answer: { status: 200, description: 'A page of keys.', schema: apiKeyListSchema },
  },
  createApiKey: {
    tag: 'API keys',
    summary: 'Generate a key',
    description:
      'Only this response holds the key itself. A key cannot be changed later: generate another one, then revoke the first. ' +
      `An account has at most ${ACTIVE_KEYS_PER_ACCOUNT} active keys, and needs a confirmed email address.`,
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
    description: 'Takes effect at once and cannot be undone. A repeated call changes nothing.',
    params: pathId('one of your keys'),
    answer: { status: 200, description: 'The key after the change.', schema: revokedKeySchema },
  },
  getApiKeyUsage: {
    tag: 'API keys',
    summary: 'Read the usage of a key',
    description: 'Requests per hour of the last 24 hours, or per UTC day of the last 30 days, oldest first.',
    params: pathId('one of your keys'),
    query: usageQuerySchema,
    answer: { status: 200, description: 'The usage.', schema: usageSchema },
  },
  listApiKeyFailures: {
    tag: 'API keys',
    summary: 'List failed calls of a key',
    description: `The newest ${FAILURES_PER_KEY} calls with status 400 or above in the last 7 days. Works for revoked and expired keys, too.`,
    params: pathId('one of your keys'),
    query: failuresQuerySchema,
    answer: { status: 200, description: 'A page of failed calls.', schema: failurePageSchema },
  },
} as const satisfies Record<string, Operation>;
