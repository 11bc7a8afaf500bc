import type { Endpoint } from '../endpoint.ts';
import {
  deleteOtherSessions,
  deleteOwnAccount,
  deleteSessionById,
  getAccountExport,
  getSessions,
  postChangePassword,
  postReauthenticate,
} from './account.ts';
import { postSignIn, postSignOut, postSignUp } from './accounts.ts';
import { deleteApiKey, getApiKeyFailures, getApiKeys, getApiKeyUsage, postApiKey } from './api-keys.ts';
import { getComments, getJesClipComments, postComment, postJesClipComment } from './comments.ts';
import { healthz } from './health.ts';
import { getJesClip, patchJesClip, postJesClip } from './jesclips.ts';
import { getKey, getKeyFailures } from './key.ts';
import { postGithubReport, postKeyReport } from './key-reports.ts';
import { getMe } from './me.ts';
import { getOpenapi } from './openapi.ts';
import { deletePostById, getPost, patchPost, postBounce, postPost } from './posts.ts';
import { readyz } from './readiness.ts';
import {
  deleteFollow,
  deleteLike,
  deleteSave,
  postFollow,
  postJehub,
  postJehubMember,
  postLike,
  postPollVotes,
  postSave,
} from './social.ts';
import {
  deleteWebhookById,
  getDeliveries,
  getDelivery,
  getEvents,
  getWebhook,
  getWebhooks,
  patchWebhook,
  postRedelivery,
  postReplay,
  postRotation,
  postTest,
  postWebhook,
} from './webhooks.ts';

/** Every endpoint of the API. */
export const ENDPOINTS: readonly Endpoint[] = [
  healthz,
  readyz,
  getOpenapi(() => ENDPOINTS),
  getMe,
  getKey,
  getKeyFailures,
  postPost,
  getPost,
  patchPost,
  deletePostById,
  postBounce,
  postComment,
  getComments,
  postJesClip,
  getJesClip,
  patchJesClip,
  postJesClipComment,
  getJesClipComments,
  postLike,
  deleteLike,
  postSave,
  deleteSave,
  postPollVotes,
  postFollow,
  deleteFollow,
  postJehub,
  postJehubMember,
  postSignUp,
  postSignIn,
  postSignOut,
  getSessions,
  deleteSessionById,
  deleteOtherSessions,
  postReauthenticate,
  postChangePassword,
  getAccountExport,
  deleteOwnAccount,
  getApiKeys,
  postApiKey,
  deleteApiKey,
  getApiKeyUsage,
  getApiKeyFailures,
  getWebhooks,
  postWebhook,
  getWebhook,
  patchWebhook,
  deleteWebhookById,
  postRotation,
  postTest,
  postReplay,
  getDeliveries,
  getDelivery,
  postRedelivery,
  getEvents,
  postKeyReport,
  postGithubReport,
];
