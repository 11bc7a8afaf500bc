import { isPublicUrl, isUrl } from '../public-url.ts';

/** The origins of this deployment. */
export interface Origins {
  readonly webOrigin: string;
  readonly apiOrigin: string;
}

/** Addresses that Cloudflare may give to our Workers, under any subdomain of the account. */
const OUR_WORKERS = /(?:^|[.-])jestha-api(?:-preview)?\.[a-z0-9-]+\.workers\.dev$/;

/**
 * True if webhooks may be sent to a URL (contract section 10): a public https URL, and not one of our hosts. A local
 * stack, which is one whose own origin is http, may send to `http://localhost` as well. Ask when a URL is saved and
 * before each attempt.
 */
export function isAllowedTarget(text: string, origins: Origins): boolean {
  const ours = [new URL(origins.webOrigin), new URL(origins.apiOrigin)];
  if (isPublicUrl(text)) return !isOurs(new URL(text).hostname, ours);
  const isLocalStack = ours.every(({ protocol }) => protocol === 'http:');
  return isLocalStack && isLocalTarget(text, ours);
}

function isOurs(hostname: string, ours: readonly URL[]): boolean {
  return OUR_WORKERS.test(hostname) || ours.some((origin) => `.${hostname}`.endsWith(`.${siteOf(origin.hostname)}`));
}

/** The name under which everything is ours; of a Worker's own address that is the account's subdomain. */
function siteOf(hostname: string): string {
  return hostname.endsWith('.workers.dev') ? hostname.split('.').slice(-3).join('.') : hostname;
}

function isLocalTarget(text: string, ours: readonly URL[]): boolean {
  if (!isUrl(text)) return false;
  const { protocol, hostname, host, username, password } = new URL(text);
  const isLocalhost = protocol === 'http:' && hostname === 'localhost' && username === '' && password === '';
  return isLocalhost && ours.every((origin) => origin.host !== host);
}
