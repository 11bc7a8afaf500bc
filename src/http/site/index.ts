import { getAsset } from '../assets/route.ts';
import { DOCS } from '../docs/routes.ts';
import { getMedia } from '../media/route.ts';
import { getDeleteAccount, postDeleteAccount } from './account/delete.tsx';
import { getGoogleCallback, postGoogle } from './account/google.tsx';
import { getAccount, postEndOtherSessions, postEndSession, postPassword } from './account/overview.tsx';
import {
  getForgotPassword,
  getForgotPasswordSent,
  getResetPassword,
  postForgotPassword,
  postResetPassword,
} from './account/password-reset.tsx';
import { getSignIn, postSignInForm } from './account/sign-in.tsx';
import { postSignOutForm } from './account/sign-out.ts';
import { getSignUp, postSignUpForm } from './account/sign-up.tsx';
import { getVerifyEmail, postResendVerification, postVerifyEmail } from './account/verify-email.tsx';
import { getActivity, postActivity } from './api-access/activity.tsx';
import { getKeyDetail } from './api-access/detail.tsx';
import { getEndedKeys } from './api-access/ended.tsx';
import { getHistory } from './api-access/history.tsx';
import { getKeyList, postDismissLeak } from './api-access/list.tsx';
import { postMailSwitch } from './api-access/mails.tsx';
import { getNewKey, postNewKey } from './api-access/new.tsx';
import { getRevoke, postRevoke } from './api-access/revoke.tsx';
import { getSchedule, postCancelSchedule, postSchedule } from './api-access/schedule.tsx';
import { getShownOnce, postStored } from './api-access/shown-once.tsx';
import { getRoot } from './home.tsx';
import type { Page } from './page.ts';
import { getJesClipPage } from './permalinks/jesclip.tsx';
import { getOEmbed } from './permalinks/oembed.ts';
import { getPostPage } from './permalinks/post.tsx';
import { getProfile } from './permalinks/profile.tsx';
import { getReportKey, postReportKey } from './report-key.tsx';
import { getStatus } from './status.tsx';
import { getDeveloperTerms, getPrivacy } from './terms.tsx';
import { getUnsubscribe, postUnsubscribe } from './unsubscribe.tsx';
import { getDelivery, postDelivery } from './webhooks/delivery.tsx';
import { getWebhook, postWebhook } from './webhooks/endpoint.tsx';
import { getNewWebhook, postNewWebhook } from './webhooks/new.tsx';
import { getWebhookSecret } from './webhooks/secret.tsx';

/** Every page, and the files that browsers load beside them. */
export const PAGES: readonly Page[] = [
  getRoot,
  getStatus,
  getAsset,
  ...DOCS,
  getMedia,
  getSignUp,
  postSignUpForm,
  getSignIn,
  postSignInForm,
  postSignOutForm,
  postGoogle,
  getGoogleCallback,
  getForgotPassword,
  postForgotPassword,
  getForgotPasswordSent,
  getResetPassword,
  postResetPassword,
  getVerifyEmail,
  postVerifyEmail,
  postResendVerification,
  getAccount,
  postPassword,
  postEndOtherSessions,
  postEndSession,
  getDeleteAccount,
  postDeleteAccount,
  getKeyList,
  postDismissLeak,
  postMailSwitch,
  getNewKey,
  postNewKey,
  getEndedKeys,
  getKeyDetail,
  getHistory,
  getActivity,
  postActivity,
  getShownOnce,
  postStored,
  getRevoke,
  postRevoke,
  getSchedule,
  postSchedule,
  postCancelSchedule,
  getReportKey,
  postReportKey,
  getDeveloperTerms,
  getPrivacy,
  getUnsubscribe,
  postUnsubscribe,
  getNewWebhook,
  postNewWebhook,
  getWebhook,
  postWebhook,
  getWebhookSecret,
  getDelivery,
  postDelivery,
  getPostPage,
  getJesClipPage,
  getOEmbed,
  getProfile,
];
