import { DAY_MS, REFUSALS_MAILED } from '../../config/limits.ts';
import type { Mail } from '../../data/mailer.ts';
import type { Ctx } from '../context.ts';
import type { DueMail, KeyMailKind } from './store.ts';

/** Mails that a person can do without. All others keep the account safe. */
const WARNINGS: readonly KeyMailKind[] = ['expires_30', 'expires_7', 'expires_1', 'expired', 'refused'];

/** `2026-11-24, 12:00 UTC`. */
const time = (iso: string) => `${iso.slice(0, 16).replace('T', ', ')} UTC`;

/**
 * A mail about a key: what happened, the masked key, what to do, and the page of the key.
 *
 * @param unsubscribe the page that stops warnings
 */
export function keyMail({ now, ports }: Ctx, mail: DueMail, unsubscribe: string): Mail {
  const { kind, dedupeKey, keyId } = mail;
  const page = `${ports.webOrigin}/settings/api-access`;
  const { subject, paragraphs } = contentOf(mail, now);
  const text = [...paragraphs, dedupeKey === 'all' ? `Your keys:\n${page}` : `The page of this key:\n${page}/${keyId}`];
  const common = { to: mail.email, subject, idempotencyKey: `key-mail/${keyId}/${kind}/${dedupeKey}` };
  if (!WARNINGS.includes(kind)) return { ...common, text: text.join('\n\n') };
  return {
    ...common,
    text: [...text, `Stop mails about expiry and refused addresses:\n${unsubscribe}`].join('\n\n'),
    // RFC 8058: the mail program shows a button of its own.
    headers: { 'List-Unsubscribe': `<${unsubscribe}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' },
  };
}

function contentOf(mail: DueMail, now: number): { readonly subject: string; readonly paragraphs: readonly string[] } {
  const { kind, label, maskedKey, address, dueAt } = mail;
  const key = `Your API key ${maskedKey} ("${label}")`;
  const from = address === null ? '' : ` from ${address}`;
  switch (kind) {
    case 'generated':
      return {
        subject: `A Jestha API key was generated: "${label}"`,
        paragraphs: [
          `The API key ${maskedKey} ("${label}") was generated on ${time(dueAt)}${from}.`,
          'If it was not you, revoke the key on its page and change your password.',
        ],
      };
    case 'expires_30':
    case 'expires_7':
    case 'expires_1': {
      const expiresAt = mail.expiresAt ?? dueAt;
      const days = Math.max(1, Math.ceil((Date.parse(expiresAt) - now) / DAY_MS));
      const left = days === 1 ? '1 day' : `${days} days`;
      return {
        subject: `Your Jestha API key "${label}" expires in ${left}`,
        paragraphs: [
          `${key} expires in ${left}, on ${time(expiresAt)}. Requests with it are refused from then on.`,
          'A key cannot be prolonged. Generate another one with the same scopes, give it to your service, then revoke this one.',
        ],
      };
    }
    case 'expired':
      return {
        subject: `Your Jestha API key "${label}" has expired`,
        paragraphs: [
          `${key} expired on ${time(dueAt)}. Requests with it are refused.`,
          'If your service still needs access, generate another key.',
        ],
      };
    case 'new_network':
      return {
        subject: `Your Jestha API key "${label}" was used from a new network`,
        paragraphs: [
          `${key} was used${from} on ${time(dueAt)}. We have not mailed you about this network before.`,
          'If it is not a server of yours, revoke the key at once. An allowlist on the next key keeps other networks out.',
        ],
      };
    case 'refused':
      return {
        subject: `Many requests with your Jestha API key "${label}" are refused`,
        paragraphs: [
          `${key} was refused at least ${REFUSALS_MAILED} times within an hour of ${time(dueAt)}: the client's address is not on the allowlist of the key. One address was ${address ?? 'unknown'}.`,
          'If it is a server of yours, generate another key whose allowlist has this address. If it is not, somebody else has your key: revoke it.',
        ],
      };
    case 'revocation_scheduled':
      return {
        subject: `The revocation of your Jestha API key "${label}" is scheduled`,
        paragraphs: [
          `On ${time(dueAt)}${from}, the revocation of your API key ${maskedKey} ("${label}") was scheduled. It will be revoked ${scheduled(mail)}.`,
          'You can cancel this on its page until then. If it was not you, change your password.',
        ],
      };
    case 'revoked':
      return mail.keys ? allRevoked(mail.keys, dueAt, from) : revoked(mail, key, from);
  }
}

/** `on 2026-11-24, 12:00 UTC`, or after which silence. */
function scheduled({ revokeAt, revokeAfterSilence, dueAt }: DueMail): string {
  if (revokeAfterSilence === null) return `on ${time(revokeAt ?? dueAt)}`;
  return `once it has not been used for ${hours(revokeAfterSilence)}`;
}

const hours = (count: number) => (count === 1 ? '1 hour' : `${count} hours`);

function revoked(mail: DueMail, key: string, from: string) {
  const { label, revokedReason, dueAt, dedupeKey, revokeAfterSilence } = mail;
  if (dedupeKey === 'schedule') {
    const why =
      revokeAfterSilence === null
        ? 'the time that was chosen had come'
        : `it had not been used for ${hours(revokeAfterSilence)}`;
    return {
      subject: `Your Jestha API key "${label}" was revoked as scheduled`,
      paragraphs: [
        `${key} was revoked on ${time(dueAt)}, as scheduled: ${why}. Requests with it are refused.`,
        'Its page shows whether a service still tries to use it.',
      ],
    };
  }
  const isByOwner = revokedReason === 'user';
  return {
    subject: `Your Jestha API key "${label}" was revoked`,
    paragraphs: [
      `${key} was revoked on ${time(dueAt)} ${isByOwner ? `in the settings of your account${from}` : 'by Jestha'}. Requests with it are refused.`,
      isByOwner
        ? 'If it was not you, change your password.'
        : 'Generate another key if your service still needs access.',
    ],
  };
}

function allRevoked(keys: readonly string[], dueAt: string, from: string) {
  return {
    subject: 'All your Jestha API keys were revoked',
    paragraphs: [
      `These API keys were revoked on ${time(dueAt)}${from}, together with a new password or a new proof of your email address:\n${keys.map((key) => `- ${key}`).join('\n')}`,
      'Requests with them are refused. Generate new keys for your services. If it was not you, choose another password.',
    ],
  };
}
