/** Name of the session cookie: better-auth's, under a prefix that browsers accept only with `Secure`. */
export const SESSION_COOKIE = '__Secure-jestha.session_token';

/** What the identity library is told of the browser that calls. */
export interface Client {
  readonly address: string | undefined;
  readonly userAgent: string | null;
  /** The `Cookie` header. */
  readonly cookie: string | null;
}

/** Somebody was signed in. */
export interface SignedIn {
  readonly accountId: string;
  /** `Set-Cookie` headers. */
  readonly cookies: readonly string[];
}

export interface SignUp {
  readonly name: string;
  readonly username: string;
  readonly email: string;
  readonly password: string;
}

/**
 * Accounts, passwords and sessions, as a library keeps them: made for one request, and loaded only when somebody signs
 * up, in or out. Every method may throw `DbUnavailable`.
 */
export interface Identity {
  /** Makes an account and signs it in; `taken` names what another account has already. */
  signUp(input: SignUp, client: Client): Promise<SignedIn | { readonly taken: readonly ('email' | 'username')[] }>;
  /** Undefined where no account has this address and password. */
  signIn(input: { readonly email: string; readonly password: string }, client: Client): Promise<SignedIn | undefined>;
  /** Ends the session in the client's cookie; answers the `Set-Cookie` headers that clear it. */
  signOut(client: Client): Promise<readonly string[]>;
  /** Mails a link that proves an e-mail address, unless it is proven or nobody's. */
  sendVerification(email: string): Promise<void>;
  /** Whether the token proved an address. */
  verifyEmail(token: string): Promise<boolean>;
  /** Mails a link to choose another password, unless the address is nobody's. */
  requestPasswordReset(email: string): Promise<void>;
  /** Sets the password and ends all sessions of the account; false where the token is not, or no longer, good. */
  resetPassword(token: string, password: string): Promise<boolean>;
  /** Where to send the browser to sign in with Google. Only for a deployment that has the secrets for it. */
  startGoogle(client: Client): Promise<{ readonly url: string; readonly cookies: readonly string[] }>;
  /** Answers Google's redirect back to us. */
  finishGoogle(request: Request): Promise<Response>;
}

/** Mails that the library wants sent. */
export interface IdentityMails {
  verification(email: string, token: string): Promise<void>;
  passwordReset(email: string, token: string): Promise<void>;
}
