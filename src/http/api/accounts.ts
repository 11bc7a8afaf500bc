import { readProfile, signIn, signOut, signUp } from '../../domain/accounts/index.ts';
import type { VisitorEndpoint } from '../endpoint.ts';
import type { Exchange } from '../exchange.ts';
import { readJson } from '../read-json.ts';
import { reply } from '../reply.ts';
import { clearedSessionCookie, readSessionCookie, signedInCookies } from '../session-cookie.ts';
import { visitorOf } from '../visitor.ts';

/** Answers the new account's profile, as `GET /api/auth/me` does, and sets the session cookie. */
export const postSignUp = {
  operationId: 'signUp',
  method: 'POST',
  path: '/api/auth/sign-up/email',
  access: 'visitor',
  answer: (exchange) => answerSignedIn(exchange, signUp),
} as const satisfies VisitorEndpoint;

/** Answers the profile and sets the session cookie. */
export const postSignIn = {
  operationId: 'signIn',
  method: 'POST',
  path: '/api/auth/sign-in/email',
  access: 'visitor',
  answer: (exchange) => answerSignedIn(exchange, signIn),
} as const satisfies VisitorEndpoint;

async function answerSignedIn(exchange: Exchange, verb: typeof signIn): Promise<Response> {
  const { ctx, c } = exchange;
  const entered = await verb(ctx, visitorOf(exchange), await readJson(c.req.raw));
  const profile = await readProfile(ctx, entered.accountId);
  // Only now: an answer that refuses signs nobody in.
  exchange.cookies = await signedInCookies(exchange, entered);
  return reply(exchange, 200, profile);
}

/** Ends the session and clears its cookie; needs no body. */
export const postSignOut = {
  operationId: 'signOut',
  method: 'POST',
  path: '/api/auth/sign-out',
  access: 'visitor',
  async answer(exchange) {
    await signOut(exchange.ctx, await readSessionCookie(exchange));
    exchange.cookies = [clearedSessionCookie(exchange)];
    return reply(exchange, 200, { success: true });
  },
} as const satisfies VisitorEndpoint;
