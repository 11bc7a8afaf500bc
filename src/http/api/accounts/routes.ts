import { readProfile, signIn, signOut, signUp } from '../../../domain/accounts/index.ts';
import { readJson } from '../../request/read-json.ts';
import type { RequestContext } from '../../request/request-context.ts';
import { clearedSessionCookie, readSessionCookie, signedInCookies } from '../../request/session-cookie.ts';
import { visitorOf } from '../../request/visitor.ts';
import { reply } from '../../response/reply.ts';
import type { Endpoint, VisitorEndpoint } from '../endpoint.ts';

/** Answers the new account's profile, as `GET /api/auth/me` does, and sets the session cookie. */
const postSignUp = {
  operationId: 'signUp',
  method: 'POST',
  path: '/api/auth/sign-up/email',
  access: 'visitor',
  handle: (context) => answerSignedIn(context, signUp),
} as const satisfies VisitorEndpoint;

/** Answers the profile and sets the session cookie. */
const postSignIn = {
  operationId: 'signIn',
  method: 'POST',
  path: '/api/auth/sign-in/email',
  access: 'visitor',
  handle: (context) => answerSignedIn(context, signIn),
} as const satisfies VisitorEndpoint;

async function answerSignedIn(context: RequestContext, verb: typeof signIn): Promise<Response> {
  const { ctx, c } = context;
  const entered = await verb(ctx, visitorOf(context), await readJson(c.req.raw));
  const profile = await readProfile(ctx, entered.accountId);
  // The cookie comes last: a refused request must not sign anyone in.
  context.cookies = await signedInCookies(context, entered);
  return reply(context, 200, profile);
}

/** Ends the session and clears its cookie; needs no body. */
const postSignOut = {
  operationId: 'signOut',
  method: 'POST',
  path: '/api/auth/sign-out',
  access: 'visitor',
  async handle(context) {
    await signOut(context.ctx, await readSessionCookie(context));
    context.cookies = [clearedSessionCookie(context)];
    return reply(context, 200, { success: true });
  },
} as const satisfies VisitorEndpoint;

/** Signing up, in and out; for visitors, and never for keys. */
export const signInEndpoints: readonly Endpoint[] = [postSignUp, postSignIn, postSignOut];
