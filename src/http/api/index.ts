import { getMe } from './accounts/me.ts';
import {
  deleteOtherSessions,
  deleteOwnAccount,
  deleteSessionById,
  getAccountExport,
  getSessions,
  postChangePassword,
  postReauthenticate,
} from './accounts/own-account.ts';
import { getKey, getKeyFailures } from './accounts/own-key.ts';
import { postSignIn, postSignOut, postSignUp } from './accounts/routes.ts';
import { deleteApiKey, getApiKeyFailures, getApiKeys, getApiKeyUsage, postApiKey } from './api-keys/routes.ts';
import { getComments, getJesClipComments, postComment, postJesClipComment } from './comments/routes.ts';
import type { Endpoint } from './endpoint.ts';
import { getJesClip, patchJesClip, postJesClip } from './jesclips/routes.ts';
import { postGithubReport, postKeyReport } from './key-reports/routes.ts';
import { deletePostById, getPost, patchPost, postBounce, postPost } from './posts/routes.ts';
import { getOpenapi } from './service/document.ts';
import { healthz, readyz } from './service/health.ts';
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
} from './social/routes.ts';
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
} from './webhooks/routes.ts';

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
