import type { Mail } from '../../data/mailer.ts';
import type { LeakedKey } from './store.ts';

const time = (iso: string) => `${iso.slice(0, 16).replace('T', ', ')} UTC`;

/** Tells the owner of a key that it was found in public (contract section 11). */
export function leakMail(webOrigin: string, key: LeakedKey): Mail {
  const { maskedKey, label, url, revokedAt, lastUsedAt, lastUsedIp, created, id } = key;
  const use =
    lastUsedAt === null
      ? 'As far as we know it was never used.'
      : `It was last used on ${time(lastUsedAt)}${lastUsedIp === null ? '' : ` from ${lastUsedIp}`}.`;
  return {
    to: key.email,
    subject: `Your Jestha API key "${label}" leaked and is revoked`,
    text: [
      `Your API key ${maskedKey} ("${label}") was found where others can read it. We revoked it on ${time(revokedAt)}; it opens nothing any more.`,
      url === null ? 'Whoever reported it did not say where it was found.' : `It was found here:\n${url}`,
      `${use} Jes, JesClips and comments made with it that are still there: ${created}.`,
      `See what it did, and delete what you did not post yourself:\n${webOrigin}/settings/api-access/${id}/activity`,
      `Remove the key from the place where it was found, and generate another one, which you keep out of it:\n${webOrigin}/settings/api-access/new?like=${id}`,
    ].join('\n\n'),
  };
}
