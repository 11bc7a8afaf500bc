import type { Client } from '../../data/identity.ts';
import type { ClientAddress } from '../context.ts';

/** The browser of somebody who is not signed in, or is about to be signed out. */
export interface Visitor {
  readonly address: ClientAddress | undefined;
  readonly userAgent: string | null;
  /** The `Cookie` header. */
  readonly cookie: string | null;
  /** The cookie that {@link rememberBrowser} made. */
  readonly knownBrowser: string | undefined;
}

export function toClient({ address, userAgent, cookie }: Visitor): Client {
  return { address: address?.text, userAgent, cookie };
}
