import { endOtherSessions, endSession, listSessions, reauthenticate } from '../../../domain/accounts/index.ts';
import { changePassword } from '../../../domain/ownership/index.ts';
import { pathParam } from '../../request/path-param.ts';
import { readJson } from '../../request/read-json.ts';
import { clearedSessionCookie } from '../../request/session-cookie.ts';
import { visitorOf } from '../../request/visitor.ts';
import { EVERY_REPLY, reply, respond } from '../../response/reply.ts';
import type { Endpoint, SessionEndpoint } from '../endpoint.ts';

const getSessions = {
  operationId: 'listSessions',
  method: 'GET',
  path: '/api/auth/sessions',
  access: 'session',
  async handle(context, { ctx }) {
    return reply(context, 200, { sessions: await listSessions(ctx) });
  },
} as const satisfies SessionEndpoint;

const deleteSessionById = {
  operationId: 'endSession',
  method: 'DELETE',
  path: '/api/auth/sessions/:id',
  access: 'session',
  async handle(context, { ctx }) {
    await endSession(ctx, pathParam(context.c.req, 'id'));
    return reply(context, 200, { success: true });
  },
} as const satisfies SessionEndpoint;

const deleteOtherSessions = {
  operationId: 'endOtherSessions',
  method: 'DELETE',
  path: '/api/auth/sessions',
  access: 'session',
  async handle(context, { ctx }) {
    return reply(context, 200, { ended: await endOtherSessions(ctx) });
  },
} as const satisfies SessionEndpoint;

const postReauthenticate = {
  operationId: 'reauthenticate',
  method: 'POST',
  path: '/api/auth/reauthenticate',
  access: 'session',
  async handle(context, { ctx }) {
    await reauthenticate(ctx, await readJson(context.c.req.raw));
    return reply(context, 200, { success: true });
  },
} as const satisfies SessionEndpoint;

const postChangePassword = {
  operationId: 'changePassword',
  method: 'POST',
  path: '/api/auth/change-password',
  access: 'session',
  async handle(context, { ctx }) {
    await changePassword(ctx, await readJson(context.c.req.raw));
    return reply(context, 200, { success: true });
  },
} as const satisfies SessionEndpoint;

/** A file, piece by piece as it is read. */
const getAccountExport = {
  operationId: 'exportAccount',
  method: 'GET',
  path: '/api/auth/account/export',
  access: 'session',
  async handle(context, { ctx, owner }) {
    const { exportAccount } = await import('../../../domain/takeout/index.ts');
    const pieces = await exportAccount(ctx);
    return respond(context, 200, toStream(pieces), {
      ...EVERY_REPLY,
      'Content-Disposition': `attachment; filename="jestha-${owner.username}.json"`,
    });
  },
} as const satisfies SessionEndpoint;

const deleteOwnAccount = {
  operationId: 'deleteAccount',
  method: 'DELETE',
  path: '/api/auth/account',
  access: 'session',
  async handle(context, { ctx }) {
    const { deleteAccount } = await import('../../../domain/departure/index.ts');
    const deletedAt = await deleteAccount(ctx, visitorOf(context), await readJson(context.c.req.raw));
    context.cookies = [clearedSessionCookie(context)];
    return reply(context, 200, { deletedAt: new Date(deletedAt).toISOString() });
  },
} as const satisfies SessionEndpoint;

/** Text that is made in pieces, as a body: a piece is made when the reader has room for it. */
function toStream(pieces: AsyncGenerator<string, void>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { value, done } = await pieces.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await pieces.return();
    },
  });
}

/** A person's sessions, password, data and account; never for keys. */
export const ownAccountEndpoints: readonly Endpoint[] = [
  getSessions,
  deleteSessionById,
  deleteOtherSessions,
  postReauthenticate,
  postChangePassword,
  getAccountExport,
  deleteOwnAccount,
];
