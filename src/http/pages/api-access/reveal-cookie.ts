import { generateCookie, getCookie } from 'hono/cookie';
import { KEY_REVEAL_TTL_MS } from '../../../config/limits.ts';
import type { Exchange } from '../../exchange.ts';

const NAME = '__Secure-jestha.reveal';

/** What opens a new key, for the one page that shows it; without the row in Neon it opens nothing. */
export function revealCookie(keyId: string, opener: string): string {
  return cookie(keyId, opener, KEY_REVEAL_TTL_MS / 1_000);
}

export function clearRevealCookie(keyId: string): string {
  return cookie(keyId, '', 0);
}

function cookie(keyId: string, value: string, maxAge: number): string {
  const path = `/settings/api-access/${keyId}`;
  return generateCookie(NAME, value, { path, maxAge, httpOnly: true, secure: true, sameSite: 'Strict' });
}

export function readRevealCookie({ c }: Exchange): string | undefined {
  return getCookie(c, NAME);
}
