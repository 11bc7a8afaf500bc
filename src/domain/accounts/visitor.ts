import { USER_AGENT_MAX_CHARACTERS } from '../../config/limits.ts';
import type { Client } from '../../data/identity.ts';
import type { ClientAddress } from '../context.ts';

/** The browser of a person who is not signed in, or is about to be signed out. */
export interface Visitor {
  readonly address: ClientAddress | undefined;
  readonly userAgent: string | null;
  /** The `Cookie` header. */
  readonly cookie: string | null;
  /** The cookie that {@link rememberBrowser} made. */
  readonly knownBrowser: string | undefined;
}

/** The visitor as the identity library sees it. */
export function toClient(visitor: Visitor): Client {
  return { address: visitor.address?.text, userAgent: shortUserAgent(visitor), cookie: visitor.cookie };
}

/** The `User-Agent` as sessions keep it: a header may hold kilobytes. */
export function shortUserAgent({ userAgent }: Visitor): string | null {
  return userAgent?.slice(0, USER_AGENT_MAX_CHARACTERS) ?? null;
}
