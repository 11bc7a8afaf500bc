import { drizzleAdapter } from 'better-auth/adapters/drizzle';
import { APIError } from 'better-auth/api';
import { hashPassword, verifyPassword } from 'better-auth/crypto';
import { betterAuth } from 'better-auth/minimal';
import { username } from 'better-auth/plugins/username';
import { eq, or, sql } from 'drizzle-orm';
import { type Config, sessionSecretsOf } from '../config/env.ts';
import {
  ABANDONED_SIGN_UP_S,
  NAME_MAX_CHARACTERS,
  PASSWORD_MAX_CHARACTERS,
  PASSWORD_MIN_CHARACTERS,
  SESSION_TTL_S,
} from '../config/limits.ts';
import { isReservedUsername } from '../config/reserved-usernames.ts';
import { randomBase62 } from '../lib/base62.ts';
import { toEmailAddress } from '../lib/email.ts';
import { newId } from '../lib/id.ts';
import { toLine } from '../lib/line.ts';
import { type Db, DbRejected, DbUnavailable, dbErrorOf, runSql, SQLSTATE } from './db.ts';
import { fromAlias, mapEmails, toAlias } from './email-alias.ts';
import { type Client, cookieRules, type Identity, type SignedIn, type SignUp, sessionCookieName } from './identity.ts';
import { accounts } from './schema/accounts.ts';
import { credentials, sessions, verifications } from './schema/sessions.ts';

interface Dependencies {
  readonly db: Db;
  /** Unix milliseconds; sessions begin then. */
  readonly now: number;
  /** Google vouches that the person who signs in owns this email address. */
  proven(email: string): Promise<void>;
}

/** Notes on better-auth's work in one request, in addition to its results. */
interface Notes {
  /** Failed statements: better-auth hides some of them. */
  readonly failures: (DbRejected | DbUnavailable)[];
  /** The session that it began. */
  signedIn?: SignedIn;
}

/**
 * better-auth over our tables. Only `compose.ts` imports this module, and only with `import()`: a call with an API key
 * neither parses nor runs it.
 */
function createAuth(config: Config, { db, now, proven }: Dependencies, notes: Notes) {
  const { GOOGLE_CLIENT_ID: clientId, GOOGLE_CLIENT_SECRET: clientSecret } = config;
  const [secret] = sessionSecretsOf(config);
  const { prefix, isSecure } = cookieRules(config.WEB_ORIGIN);
  return betterAuth({
    appName: 'Jestha',
    baseURL: config.WEB_ORIGIN,
    basePath: '/api/auth',
    secret,
    telemetry: { enabled: false },
    // Its messages hold email addresses and SQL with parameters.
    logger: { disabled: true },
    // Attempts are throttled by us (`data/throttle.ts`).
    rateLimit: { enabled: false },
    database: watched(
      drizzleAdapter(db, {
        provider: 'pg',
        schema: { user: accounts, session: sessions, account: credentials, verification: verifications },
      }),
      notes.failures,
    ),
    user: { fields: { name: 'displayName', image: 'avatar' } },
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
    // We ask a provider only for the person's identity. Its tokens open more, so they are not kept.
    databaseHooks: {
      session: {
        create: {
          // By our clock, not the library's.
          before: async (session) => {
            const [createdAt, expiresAt] = [new Date(now), new Date(now + SESSION_TTL_S * 1_000)];
            return { data: { ...session, createdAt, updatedAt: createdAt, expiresAt } };
          },
          after: async ({ userId, token }) => {
            notes.signedIn = { accountId: userId, sessionToken: token };
          },
        },
      },
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
    },
    ...(clientId !== undefined &&
      clientSecret !== undefined && {
        socialProviders: {
          google: {
            clientId,
            clientSecret,
            // Before the library looks for an account to link: it links to proven addresses only.
            mapProfileToUser: async ({ email, email_verified: isVerified, name }) => {
              const address = toEmailAddress(email) ?? email.toLowerCase();
              if (isVerified) await proven(address);
              const username = usernameFrom(email);
              return {
                username,
                email: toAlias(address),
                name: toLine(name).slice(0, NAME_MAX_CHARACTERS) || username,
              };
            },
          },
        },
      }),
    onAPIError: { errorURL: `${config.WEB_ORIGIN}/sign-in` },
    advanced: {
      cookiePrefix: prefix,
      // Its own prefix would be `__Secure-`.
      useSecureCookies: false,
      defaultCookieAttributes: { secure: isSecure },
      database: { generateId: () => newId(Date.now()) },
      ipAddress: { ipAddressHeaders: [ADDRESS_HEADER] },
    },
    plugins: [username({ displayUsername: false })],
  });
}

const ADDRESS_HEADER = 'x-client-address';

/**
 * An adapter that notes its failures. better-auth catches some of them: an account that was not inserted is "refused"
 * to it, whatever the reason, and a session that was not deleted is signed out. Our tables hold addresses, not their
 * aliases.
 */
function watched(connect: AdapterFactory, failures: Notes['failures']): AdapterFactory {
  return (options) => {
    const adapter: DBAdapter = new Proxy(connect(options), {
      get(target, name) {
        // HTTP has no transactions of the adapter's kind: it would run the calls one by one, and past this proxy.
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

/** A username for a person who comes from a provider, which has none. The random ending makes it likely free. */
function usernameFrom(email: string): string {
  const name = email
    .toLowerCase()
    .split('@')[0]
    ?.replace(/[^a-z0-9_]/g, '')
    .slice(0, 20);
  const ending = randomBase62(6, (count) => crypto.getRandomValues(new Uint8Array(count))).toLowerCase();
  return !name || isReservedUsername(name) ? `user_${ending}` : `${name}_${ending}`;
}

/** The hash to compare for an account without a password, or an unknown one: the same work, and never a match. */
const NO_HASH = `${'0'.repeat(32)}:${'0'.repeat(128)}`;

const CALLBACK_PATH = '/api/auth/callback/google';

/** See {@link Identity}. */
export function connectIdentity(config: Config, dependencies: Dependencies): Identity {
  const notes: Notes = { failures: [] };
  const auth = createAuth(config, dependencies, notes);
  const { db } = dependencies;

  /** An account with its first session, or undefined if the database has the address or the username. */
  async function trySignUp(input: SignUp, client: Client): Promise<SignedIn | undefined> {
    const body = { ...input, email: toAlias(input.email) };
    const signedUp = await orUndefined(() => auth.api.signUpEmail({ body, headers: headersOf(client) }));
    const unavailable = notes.failures.find((failure) => failure instanceof DbUnavailable);
    if (!signedUp && unavailable) throw unavailable;
    return signedUp && notes.signedIn;
  }

  return {
    async signUp(input, client) {
      const first = await trySignUp(input, client);
      if (first) return first;
      // A sign-up cut short between its statements left an account that cannot be signed in to; it makes room.
      const second = (await removeAbandoned(db, input)) ? await trySignUp(input, client) : undefined;
      return second ?? { taken: await whatIsTaken(db, input) };
    },
    hashPassword,
    async verifyPassword(password, hash) {
      // Longer than any password, which would only make scrypt work longer.
      if (password.length > PASSWORD_MAX_CHARACTERS) return false;
      return await verifyPassword({ hash: hash ?? NO_HASH, password });
    },
    async startGoogle(client, next) {
      const { headers, response } = await guarded(() =>
        auth.api.signInSocial({
          body: { provider: 'google', callbackURL: next, errorCallbackURL: '/sign-in?error=google' },
          headers: headersOf(client),
          returnHeaders: true,
        }),
      );
      if (response.url === undefined) throw new TypeError('a sign-in with a provider has an address to go to');
      return { url: response.url, cookies: headers.getSetCookie() };
    },
    async finishGoogle(query, client) {
      // A request of our own: the browser's may carry the header that holds the client's address.
      const request = new Request(`${config.WEB_ORIGIN}${CALLBACK_PATH}${query}`, { headers: headersOf(client) });
      const { headers } = await guarded(() => auth.handler(request));
      const isSession = (cookie: string) => cookie.startsWith(sessionCookieName(config.WEB_ORIGIN));
      return {
        location: headers.get('Location') ?? undefined,
        cookies: headers.getSetCookie().filter((cookie) => !isSession(cookie)),
        signedIn: notes.signedIn,
      };
    },
  };
}

/** Calls better-auth: its refusal is undefined, and a failure of the database is thrown as our error. */
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

/** True if {@link deleteAbandoned} removed any; an account that something refers to by now (a follow, say) stays. */
async function removeAbandoned(db: Db, input: SignUp): Promise<boolean> {
  try {
    return (await runSql(deleteAbandoned(db, input))).length > 0;
  } catch (error) {
    if (error instanceof DbRejected && error.code === SQLSTATE.foreignKeyViolation) return false;
    throw error;
  }
}

/**
 * Removes accounts that have no way to sign in and block a sign-up: better-auth writes account and credential in two
 * statements. The minimum age protects a sign-up in progress.
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
