export { finishGoogle, startGoogle } from './google.ts';
export { rememberBrowser } from './known-browser.ts';
export { isLinkToken, newLink } from './mail-link.ts';
export { deletionMail } from './mails.ts';
export { type Profile, profileColumns, profileSchema, toProfile } from './profile.ts';
export { type PublicProfile, readProfile, readPublicProfile } from './read-profile.ts';
export { hasPassword, isFreshSession, reauthenticate, requireFreshSession, requirePassword } from './reauthenticate.ts';
export { requestPasswordReset, resendVerification } from './request-mail.ts';
export {
  changePasswordSchema,
  deleteAccountSchema,
  reauthenticateSchema,
  resetPasswordSchema,
  signInSchema,
  signUpSchema,
} from './schemas.ts';
export { endOtherSessions, endSession, listSessions, type Session, signOut } from './sessions.ts';
export { type Entered, signIn } from './sign-in.ts';
export { signUp } from './sign-up.ts';
export { addressSubject, throttle } from './throttle.ts';
export type { Visitor } from './visitor.ts';
