import { KNOWN_ACCOUNTS_PER_BROWSER } from '../../config/limits.ts';
import { toBase64Url } from '../../lib/bytes.ts';
import { isSigned, sign } from '../../lib/hmac.ts';
import type { Ctx } from '../context.ts';
import type { Visitor } from './visitor.ts';

const PURPOSE = 'known browser';

/** A random id of the browser, then a signature for each account that signed in with it, the newest first. */
const COOKIE = /^([\w-]{22})((?:\.[\w-]{43})+)$/;

/** Only we can tell whose signature it is: without our secret it is a random text. */
const signedText = (browserId: string, email: string) => `${browserId}\n${email}`;

function parse(cookie: string | undefined): { browserId: string | undefined; signatures: readonly string[] } {
  const [, browserId, signatures = ''] = COOKIE.exec(cookie ?? '') ?? [];
  return { browserId, signatures: signatures.split('.').slice(1, KNOWN_ACCOUNTS_PER_BROWSER + 1) };
}

/** The id of a known browser: this account signed in with it before. Only such a browser has the cookie. */
export async function knownBrowserId(ctx: Ctx, visitor: Visitor, email: string): Promise<string | undefined> {
  const { browserId, signatures } = parse(visitor.knownBrowser);
  if (browserId === undefined) return undefined;
  for (const signature of signatures) {
    if (await isSigned(ctx.ports.sessionSecrets, PURPOSE, signedText(browserId, email), signature)) return browserId;
  }
  return undefined;
}

/** The value of the cookie by which {@link knownBrowserId} recognizes the browser. */
export async function rememberBrowser(ctx: Ctx, visitor: Visitor, email: string): Promise<string> {
  const known = parse(visitor.knownBrowser);
  const browserId = known.browserId ?? toBase64Url(crypto.getRandomValues(new Uint8Array(16)));
  const signature = await sign(ctx.ports.sessionSecrets[0], PURPOSE, signedText(browserId, email));
  const others = known.signatures.filter((other) => other !== signature);
  return [browserId, signature, ...others.slice(0, KNOWN_ACCOUNTS_PER_BROWSER - 1)].join('.');
}
