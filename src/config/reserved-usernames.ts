/**
 * Usernames that sound as if Jestha itself spoke. The name of the product is reserved at any position; the words below
 * are reserved as a whole, with or without an affix. Underscores do not count, and digits stand for the letters they
 * look like. Earlier owners of such a name keep it.
 */

const BRAND = 'jestha';

const OFFICIAL_WORDS = [
  'abuse',
  'account',
  'accounts',
  'admin',
  'administration',
  'administrator',
  'announcement',
  'announcements',
  'anonymous',
  'api',
  'apikey',
  'apikeys',
  'app',
  'appeals',
  'auth',
  'billing',
  'bot',
  'ceo',
  'community',
  'compliance',
  'contact',
  'copyright',
  'deleted',
  'dev',
  'developer',
  'developers',
  'dmca',
  'docs',
  'everyone',
  'feedback',
  'founder',
  'helpdesk',
  'help',
  'hostmaster',
  'info',
  'jehub',
  'jehubs',
  'jesclip',
  'jesclips',
  'jes',
  'legal',
  'mail',
  'mailer',
  'me',
  'mod',
  'moderation',
  'moderator',
  'news',
  'noreply',
  'null',
  'official',
  'operator',
  'owner',
  'payment',
  'payments',
  'postmaster',
  'press',
  'privacy',
  'root',
  'safety',
  'sales',
  'security',
  'service',
  'settings',
  'signin',
  'signup',
  'staff',
  'status',
  'sudo',
  'superuser',
  'support',
  'sysadmin',
  'system',
  'team',
  'terms',
  'trust',
  'undefined',
  'unknown',
  'verification',
  'verified',
  'verify',
  'webhook',
  'webhooks',
  'webmaster',
  'www',
] as const;

/** Affixes that leave an official word official, before it or after it. */
const AFFIXES = ['account', 'bot', 'center', 'desk', 'help', 'official', 'real', 'staff', 'team', 'the'] as const;

const affix = `(?:${AFFIXES.join('|')})?`;
const RESERVED = new RegExp(`^${affix}(?:${OFFICIAL_WORDS.join('|')})${affix}$`);

/** `1` is drawn like two letters, so a name is read both ways. */
const READINGS: readonly Readonly<Record<string, string>>[] = [
  { '0': 'o', '1': 'i', '3': 'e', '4': 'a', '5': 's', '7': 't', '8': 'b', '9': 'g' },
  { '0': 'o', '1': 'l', '3': 'e', '4': 'a', '5': 's', '7': 't', '8': 'b', '9': 'g' },
];

/** True for usernames that no sign-up may take. @param username in lower case */
export function isReservedUsername(username: string): boolean {
  const name = username.replaceAll('_', '');
  const readings = READINGS.map((letters) => [...name].map((digit) => letters[digit] ?? digit).join(''));
  return [name, ...readings].some((reading) => reading.includes(BRAND) || RESERVED.test(reading));
}
