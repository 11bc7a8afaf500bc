import type { Mail } from '../../data/mailer.ts';

/** Proves that an email address is the account's. */
export function verificationMail(webOrigin: string, email: string, token: string): Mail {
  return {
    to: email,
    subject: 'Confirm your email address for Jestha',
    text: [
      'Somebody, we hope you, signed up for Jestha with this email address.',
      `Confirm that it is yours:\n${webOrigin}/verify-email?token=${encodeURIComponent(token)}`,
      'The link works for an hour. If it was not you, do nothing.',
    ].join('\n\n'),
  };
}

/** @param at when everything is removed, unix ms */
export function deletionMail(webOrigin: string, email: string, at: number): Mail {
  const time = `${new Date(at).toISOString().slice(0, 16).replace('T', ', ')} UTC`;
  return {
    to: email,
    subject: 'Your Jestha account will be deleted',
    text: [
      'Your Jestha account is to be deleted. Its API keys are revoked, and you are signed out everywhere.',
      `Everything in it is removed for good on ${time}. Until then signing in keeps the account:\n${webOrigin}/sign-in`,
      'If it was not you, sign in and change your password.',
    ].join('\n\n'),
  };
}

export function passwordResetMail(webOrigin: string, email: string, token: string): Mail {
  return {
    to: email,
    subject: 'Choose a new password for Jestha',
    text: [
      'Somebody, we hope you, asked for a new password for your Jestha account.',
      `Choose one here:\n${webOrigin}/reset-password?token=${encodeURIComponent(token)}`,
      'The link works for an hour and once. It also signs you out everywhere. If it was not you, do nothing: your password stays as it is.',
    ].join('\n\n'),
  };
}
