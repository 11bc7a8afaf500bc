import type { Mail } from '../../data/mailer.ts';

/** Proves that an e-mail address is the account's. */
export function verificationMail(webOrigin: string, email: string, token: string): Mail {
  return {
    to: email,
    subject: 'Confirm your e-mail address for Jestha',
    text: [
      'Somebody, we hope you, signed up for Jestha with this e-mail address.',
      `Confirm that it is yours:\n${webOrigin}/verify-email?token=${encodeURIComponent(token)}`,
      'The link works for an hour. If it was not you, do nothing.',
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
