import { URL_MAX_CHARACTERS } from '../../config/limits.ts';

/** Two labels at least, the last of letters (or of an internationalised name); so no IP address in any spelling. */
const PUBLIC_HOST = /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})$/;

/** Names that never lead to a public host (RFC 6761, RFC 6762, RFC 8375, ICANN's `.internal`). */
const PRIVATE_NAMES =
  /(?:^|\.)(?:local|localhost|internal|intranet|lan|home|corp|test|example|invalid|onion|home\.arpa|arpa)$/;

/**
 * Whether we may ask this URL for a preview: https on its default port, without credentials, of a host with a public
 * name. Asked when a Jes is written, and again before every hop, since a redirect leads anywhere. What a name resolves
 * to we cannot see; that it leads to nothing of ours is the runtime's promise (`global_fetch_strictly_public`).
 */
export function isPreviewable(text: string): boolean {
  if (text.length > URL_MAX_CHARACTERS || !URL.canParse(text)) return false;
  const { protocol, hostname, port, username, password } = new URL(text);
  if (protocol !== 'https:' || port !== '' || username !== '' || password !== '') return false;
  return PUBLIC_HOST.test(hostname) && !PRIVATE_NAMES.test(hostname);
}
