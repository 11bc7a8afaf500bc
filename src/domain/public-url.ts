import { URL_MAX_CHARACTERS } from '../config/limits.ts';

/** Two labels at least, the last of letters (or of an internationalised name); so no IP address in any spelling. */
const PUBLIC_HOST = /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})$/;

/** Names that never lead to a public host (RFC 6761, RFC 6762, RFC 8375, ICANN's `.internal`). */
const PRIVATE_NAMES =
  /(?:^|\.)(?:local|localhost|internal|intranet|lan|home|corp|test|example|invalid|onion|home\.arpa|arpa)$/;

/** Controls, white space and lone surrogates: parsers of URLs pass over them, or make something else of them. */
const IN_NO_URL = /[\p{Cc}\p{Z}\p{Cs}]/u;

/** True for an absolute URL as it is written, with nothing that would be shown or stored otherwise than it was sent. */
export function isUrl(text: string): boolean {
  return text.length <= URL_MAX_CHARACTERS && !IN_NO_URL.test(text) && URL.canParse(text);
}

/**
 * True if a caller's URL may be fetched at all: https on its default port, no credentials, a host with a public name.
 * The one judge of link previews and webhook targets. Ask when the URL is saved and again before each fetch: a redirect
 * leads anywhere. Workers do not show which address a name resolves to; `global_fetch_strictly_public` keeps it off our
 * own hosts.
 */
export function isPublicUrl(text: string): boolean {
  if (!isUrl(text)) return false;
  const { protocol, hostname, port, username, password } = new URL(text);
  if (protocol !== 'https:' || port !== '' || username !== '' || password !== '') return false;
  return PUBLIC_HOST.test(hostname) && !PRIVATE_NAMES.test(hostname);
}
