import { drizzleAdapter } from 'better-auth/adapters/drizzle';
import { APIError } from 'better-auth/api';
import { betterAuth } from 'better-auth/minimal';
import { username } from 'better-auth/plugins/username';
import { eq, or, sql } from 'drizzle-orm';
import { type Config, sessionSecretsOf } from '../config/env.ts';
import {
  ABANDONED_SIGN_UP_S,
  PASSWORD_MAX_CHARACTERS,
  PASSWORD_MIN_CHARACTERS,
  SESSION_TTL_S,
} from '../config/limits.ts';
import { randomBase62 } from '../lib/base62.ts';
import { toEmailAddress } from '../lib/email.ts';
import { newId } from '../lib/id.ts';
import { type Db, DbRejected, DbUnavailable, dbErrorOf, runSql, SQLSTATE } from './db.ts';
import { fromAlias, mapEmails, toAlias } from './email-alias.ts';
import {
  type Client,
  type Identity,
  type IdentityMails,
  SESSION_COOKIE,
  type SignedIn,
  type SignUp,
} from './identity.ts';
import { accounts } from './schema/accounts.ts';
import { credentials, sessions, verifications } from './schema/sessions.ts';

interface Dependencies {
  readonly db: Db;
  readonly mails: IdentityMails;
  /** Lets work outlive the answer; should it fail, that is logged. */
  defer(work: Promise<unknown>): void;
}

/** What the database did to the statements of one request: better-auth hides some of it. */
type Failures = (DbRejected | DbUnavailable)[];

/**
 * better-auth over our tables. Only `compose.ts` imports this module, and only with `import()`: a call with an API key
 * neither parses nor runs it.
 */
function createAuth(config: Config, secret: string, { db, mails, defer }: Dependencies, failures: Failures) {
  const { GOOGLE_CLIENT_ID: clientId, GOOGLE_CLIENT_SECRET: clientSecret } = config;
  return betterAuth({
    appName: 'Jestha',
    baseURL: config.WEB_ORIGIN,
    basePath: '/api/auth',
    secret,
    telemetry: { enabled: false },
    // Its messages hold e-mail addresses and SQL with parameters.
    logger: { disabled: true },
    // Attempts are throttled by us (`data/throttle.ts`).
    rateLimit: { enabled: false },
    database: watched(
      drizzleAdapter(db, {
        provider: 'pg',
        schema: { user: accounts, session: sessions, account: credentials, verification: verifications },
      }),
      failures,
    ),
    user: { fields: { name: 'displayName', image: 'avatar' } },
    // Who reads the table can reset no password: it holds the SHA-256 of a token, the mail the token.
    verification: { storeIdentifier: 'hashed' },
    session: { fields: { userId: 'accountId' }, expiresIn: SESSION_TTL_S, disableSessionRefresh: true },
    account: {
      fields: {
        accountId: 'providerAccountId',
        providerId: 'provider',
        password: 'passwordHash',
      },
      updateAccountOnSignIn: false,
    },
    // Who somebody is was all we wanted to know of a provider: its tokens open more, and are not kept.
    databaseHooks: {
      account: {
        create: {
          before: async (account) => ({
            data: { ...account, accessToken: undefined, refreshToken: undefined, idToken: undefined },
          }),
        },
      },
    },
    emailAndPassword: {
      enabled: true,
      minPasswordLength: PASSWORD_MIN_CHARACTERS,
      maxPasswordLength: PASSWORD_MAX_CHARACTERS,
      revokeSessionsOnPasswordReset: true,
      // Deferred by us: better-auth tells only its own logger of a mail that was not sent.
      sendResetPassword: async ({ user, token }) => defer(mails.passwordReset(fromAlias(user.email), token)),
    },
    emailVerification: {
      sendOnSignUp: true,
      sendVerificationEmail: async ({ user, token }) => defer(mails.verification(fromAlias(user.email), token)),
    },
    ...(clientId !== undefined &&
      clientSecret !== undefined && {
        socialProviders: {
          google: {
            clientId,
            clientSecret,
            mapProfileToUser: ({ email }) => ({
              username: usernameFrom(email),
              email: toAlias(toEmailAddress(email) ?? email),
            }),
          },
        },
      }),
    onAPIError: { errorURL: `${config.WEB_ORIGIN}/sign-in` },
    advanced: {
      cookiePrefix: 'jestha',
      useSecureCookies: true,
      backgroundTasks: { handler: defer },
      database: { generateId: () => newId(Date.now()) },
      ipAddress: { ipAddressHeaders: [ADDRESS_HEADER] },
    },
    plugins: [username({ displayUsername: false })],
  });
}

const ADDRESS_HEADER = 'x-client-address';

/**
 * An adapter that notes its failures. better-auth catches some of them: an account that was not inserted is "refused" to
 * it, whatever the reason, and a session that was not deleted is signed out. Our tables hold addresses, not their aliases.
 */
function watched(connect: AdapterFactory, failures: Failures): AdapterFactory {
  return (options) => {
    const adapter: DBAdapter = new Proxy(connect(options), {
      get(target, name) {
        // Over HTTP there are none of its kind: it would run the calls one by one, and past this proxy.
        if (name === 'transaction') return (work: (adapter: DBAdapter) => unknown) => work(adapter);
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return async (...args: unknown[]) => {
          try {
            const found: unknown = await Reflect.apply(
              member,
              target,
              args.map((arg) => mapEmails(arg, fromAlias)),
            );
            return mapEmails(found, toAlias);
          } catch (error) {
            failures.push(dbErrorOf(error));
            throw error;
          }
        };
      },
    });
    return adapter;
  };
}
type AdapterFactory = ReturnType<typeof drizzleAdapter>;
type DBAdapter = ReturnType<AdapterFactory>;

function headersOf({ address, userAgent, cookie }: Client): Headers {
  const headers = new Headers();
  if (address !== undefined) headers.set(ADDRESS_HEADER, address);
  if (userAgent !== null) headers.set('user-agent', userAgent);
  if (cookie !== null) headers.set('cookie', cookie);
  return headers;
}

/** A free-looking username for somebody who comes from a provider, which knows none. */
function usernameFrom(email: string): string {
  const name = email
    .toLowerCase()
    .split('@')[0]
    ?.replace(/[^a-z0-9_]/g, '')
    .slice(0, 20);
  return `${name || 'user'}_${randomBase62(6, (count) => crypto.getRandomValues(new Uint8Array(count))).toLowerCase()}`;
}

/** See {@link Identity}. */
export function connectIdentity(config: Config, dependencies: Dependencies): Identity {
  const failures: Failures = [];
  const [secret, ...previous] = sessionSecretsOf(config);
  const auth = createAuth(config, secret, dependencies, failures);
  /** Understands what a secret before this one has signed. */
  const formerAuths = previous.map((former) => createAuth(config, former, dependencies, failures));
  const { db } = dependencies;

  /** An account with its first session, or undefined where the database has somebody like that. */
  async function trySignUp(input: SignUp, client: Client): Promise<SignedIn | undefined> {
    const body = { ...input, email: toAlias(input.email) };
    const signedUp = await orUndefined(async () =>
      toSignedIn(await auth.api.signUpEmail({ body, headers: headersOf(client), returnHeaders: true })),
    );
    const unavailable = failures.find((failure) => failure instanceof DbUnavailable);
    if (!signedUp && unavailable) throw unavailable;
    return signedUp;
  }

  return {
    async signUp(input, client) {
      const first = await trySignUp(input, client);
      if (first) return first;
      // What was cut short between its statements left an account that nobody can sign in to; it makes room.
      const second = (await removeAbandoned(db, input)) ? await trySignUp(input, client) : undefined;
      return second ?? { taken: await whatIsTaken(db, input) };
    },
    signIn({ email, password }, client) {
      const body = { email: toAlias(email), password };
      return orUndefined(async () =>
        toSignedIn(await auth.api.signInEmail({ body, headers: headersOf(client), returnHeaders: true })),
      );
    },
    async signOut(client) {
      const cleared = await Promise.all(
        [auth, ...formerAuths].map(({ api }) =>
          guarded(() => api.signOut({ headers: headersOf(client), returnHeaders: true })),
        ),
      );
      // Whoever is told so must be signed out.
      const [failure] = failures;
      if (failure) throw failure;
      const cookies = cleared.flatMap(({ headers }) => headers.getSetCookie());
      return [...new Set(cookies)].filter((cookie) => cookie.startsWith(SESSION_COOKIE));
    },
    async sendVerification(email) {
      await guarded(() => auth.api.sendVerificationEmail({ body: { email: toAlias(email) } }));
    },
    async verifyEmail(token) {
      for (const { api } of [auth, ...formerAuths]) {
        if ((await orUndefined(() => api.verifyEmail({ query: { token } }))) !== undefined) return true;
      }
      return false;
    },
    async requestPasswordReset(email) {
      await guarded(() => auth.api.requestPasswordReset({ body: { email: toAlias(email) } }));
    },
    async resetPassword(token, newPassword) {
      return (await orUndefined(() => auth.api.resetPassword({ body: { token, newPassword } }))) !== undefined;
    },
    async startGoogle(client) {
      const { headers, response } = await guarded(() =>
        auth.api.signInSocial({
          body: { provider: 'google', callbackURL: '/settings/api-access', errorCallbackURL: '/sign-in?error=google' },
          headers: headersOf(client),
          returnHeaders: true,
        }),
      );
      if (response.url === undefined) throw new TypeError('a sign-in with a provider has an address to go to');
      return { url: response.url, cookies: headers.getSetCookie() };
    },
    finishGoogle: (request) => guarded(() => auth.handler(request)),
  };
}

function toSignedIn(answer: {
  readonly headers: Headers;
  readonly response: { readonly user: { readonly id: string } };
}): SignedIn {
  return { accountId: answer.response.user.id, cookies: answer.headers.getSetCookie() };
}

/** What better-auth refuses is undefined; what the database did is thrown as ours. */
async function orUndefined<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof APIError) return undefined;
    throw dbErrorOf(error);
  }
}

async function guarded<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw error instanceof APIError ? error : dbErrorOf(error);
  }
}

const sameEmailOrUsername = ({ email, username }: SignUp) =>
  or(eq(accounts.email, email.toLowerCase()), eq(accounts.username, username));

/** Whether {@link deleteAbandoned} removed any; one that something refers to by now (a follow, say) stays. */
async function removeAbandoned(db: Db, input: SignUp): Promise<boolean> {
  try {
    return (await runSql(deleteAbandoned(db, input))).length > 0;
  } catch (error) {
    if (error instanceof DbRejected && error.code === SQLSTATE.foreignKeyViolation) return false;
    throw error;
  }
}

/**
 * Removes accounts without a way to sign in to them that stand in the way of a sign-up: better-auth writes account and
 * credential in two statements. The age keeps a sign-up that is under way.
 */
function deleteAbandoned(db: Db, input: SignUp) {
  const hasNone = (table: 'credentials' | 'api_keys' | 'posts', column: string) =>
    sql`NOT EXISTS (SELECT FROM ${sql.identifier(table)} WHERE ${sql.identifier(column)} = ${accounts.id})`;
  return db
    .delete(accounts)
    .where(
      sql`${sameEmailOrUsername(input)} AND ${accounts.createdAt} < now() - make_interval(secs => ${ABANDONED_SIGN_UP_S})
        AND ${hasNone('credentials', 'account_id')} AND ${hasNone('api_keys', 'account_id')} AND ${hasNone('posts', 'author_id')}`,
    )
    .returning({ id: accounts.id });
}

async function whatIsTaken(db: Db, input: SignUp): Promise<('email' | 'username')[]> {
  const rows = await runSql(
    db.select({ email: accounts.email, username: accounts.username }).from(accounts).where(sameEmailOrUsername(input)),
  );
  const taken: ('email' | 'username')[] = [];
  if (rows.some(({ email }) => email === input.email.toLowerCase())) taken.push('email');
  if (rows.some(({ username }) => username === input.username)) taken.push('username');
  return taken;
}
