/**
 * Names and attributes of our cookies. On https the prefix `__Host-` makes browsers refuse the cookie from a subdomain,
 * from plain http, and for a part of the paths only (RFC 6265bis section 4.1.3.2). Plain http, as on the local stack,
 * has no prefix.
 */
export function cookieRules(webOrigin: string): { readonly prefix: string; readonly isSecure: boolean } {
  const isSecure = webOrigin.startsWith('https:');
  return { prefix: isSecure ? '__Host-jestha' : 'jestha', isSecure };
}

/** Name of the session cookie. better-auth derives the same one from {@link cookieRules}. */
export const sessionCookieName = (webOrigin: string) => `${cookieRules(webOrigin).prefix}.session_token`;

/** The browser that calls, as the identity library sees it. */
export interface Client {
  readonly address: string | undefined;
  readonly userAgent: string | null;
  /** The `Cookie` header. */
  readonly cookie: string | null;
}

/** A person was signed in. */
export interface SignedIn {
  readonly accountId: string;
  /** The value of the session cookie, before it is signed. */
  readonly sessionToken: string;
}

export interface SignUp {
  readonly name: string;
  readonly username: string;
  readonly email: string;
  readonly password: string;
}

/** The outcome of a sign-in with Google. */
export interface GoogleReturn {
  /** The next address for the browser. */
  readonly location: string | undefined;
  /** `Set-Cookie` headers that end the attempt. */
  readonly cookies: readonly string[];
  /** Undefined if the sign-in failed. */
  readonly signedIn: SignedIn | undefined;
}

/**
 * Sign-ups, Google and the hashing of passwords, as a library does them: made for one request, and loaded only when one
 * of them is asked for. Every method may throw `DbUnavailable`.
 */
export interface Identity {
  /** Makes an account and signs it in; `taken` names what another account has already. */
  signUp(input: SignUp, client: Client): Promise<SignedIn | { readonly taken: readonly ('email' | 'username')[] }>;
  /** A salted scrypt hash. */
  hashPassword(password: string): Promise<string>;
  /** Compares a password with a hash. Without a hash it does the same work and answers false. */
  verifyPassword(password: string, hash: string | null | undefined): Promise<boolean>;
  /**
   * The address of Google's sign-in for this browser. Only for a deployment that has the secrets for it.
   *
   * @param next our path to which it returns
   */
  startGoogle(client: Client, next: string): Promise<{ readonly url: string; readonly cookies: readonly string[] }>;
  /** Takes Google's redirect back to us. @param query of the address, with its `?` */
  finishGoogle(query: string, client: Client): Promise<GoogleReturn>;
}
