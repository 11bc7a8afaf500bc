import { accounts } from './accounts.ts';
import { apiKeys } from './api-keys.ts';
import { comments } from './comments.ts';
import { jesclips } from './jesclips.ts';
import { keyReports } from './key-reports.ts';
import { posts } from './posts.ts';
import { service } from './service.ts';
import { social } from './social.ts';
import { webhooks } from './webhooks.ts';

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

export type OperationId = keyof typeof OPERATIONS;
