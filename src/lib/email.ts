import * as z from 'zod';

/**
 * An email address as `<input type=email>` takes it (WHATWG HTML, 4.10.5.1.5), in lower case. A domain in letters
 * becomes its ASCII form (`bücher.example` is `xn--bcher-kva.example`): some browsers send the one, some the other.
 * Undefined for anything else, and for a bare host, to which no mail travels.
 */
export function toEmailAddress(text: string): string | undefined {
  const at = text.lastIndexOf('@');
  const domain = at === -1 ? undefined : toAsciiDomain(text.slice(at + 1));
  if (domain === undefined || !domain.includes('.')) return undefined;
  const address = `${text.slice(0, at)}@${domain}`.toLowerCase();
  return z.regexes.html5Email.test(address) ? address : undefined;
}

/** The URL parser's reading of a host (UTS #46), for names in letters only: it also knows numbers and escapes. */
function toAsciiDomain(domain: string): string | undefined {
  if (!/[^\0-\x7f]/.test(domain)) return domain;
  const url = `https://${domain}`;
  if (/[^a-z0-9.\-\u0080-\u{10ffff}]/iu.test(domain) || !URL.canParse(url)) return undefined;
  return new URL(url).hostname;
}
