import { accounts } from '../api/accounts/openapi.ts';
import { apiKeys } from '../api/api-keys/openapi.ts';
import { comments } from '../api/comments/openapi.ts';
import { jesclips } from '../api/jesclips/openapi.ts';
import { keyReports } from '../api/key-reports/openapi.ts';
import { posts } from '../api/posts/openapi.ts';
import { service } from '../api/service/openapi.ts';
import { social } from '../api/social/openapi.ts';
import { webhooks } from '../api/webhooks/openapi.ts';

/** The promises of every endpoint, by its operation id. */
export const OPERATIONS = {
  ...accounts,
  ...posts,
  ...jesclips,
  ...comments,
  ...social,
  ...apiKeys,
  ...webhooks,
  ...keyReports,
  ...service,
} as const;

/** The `operationId` of an endpoint. */
export type OperationId = keyof typeof OPERATIONS;
