import type { SessionCtx } from '../../../domain/context.ts';
import type { Written } from '../../../domain/idempotency/index.ts';
import { votePoll } from '../../../domain/polls/index.ts';
import { createJehub, joinJehub, setFollow, setLike, setSave } from '../../../domain/social/index.ts';
import type { OperationId } from '../../openapi/operations.ts';
import { pathParam } from '../../request/path-param.ts';
import type { Endpoint, SessionEndpoint } from '../endpoint.ts';
import { readWrite, replyWritten } from '../write.ts';

/** An endpoint without a body, for something in its path. */
function action<const O extends OperationId, const M extends SessionEndpoint['method'], const P extends string>(
  operationId: O,
  method: M,
  path: P,
  parameter: string,
  act: (ctx: SessionCtx, target: string) => Promise<Written<unknown>>,
) {
  return {
    operationId,
    method,
    path,
    access: 'session',
    async handle(context, person) {
      const { ctx } = await readWrite(context, person.ctx, 'none');
      return replyWritten(context, 200, await act(ctx, pathParam(context.c.req, parameter)));
    },
  } as const satisfies SessionEndpoint;
}

const LIKE = '/api/posts/:id/like';
const SAVE = '/api/posts/:id/save';
const FOLLOW = '/api/users/:username/follow';

const postLike = action('likePost', 'POST', LIKE, 'id', (ctx, id) => setLike(ctx, id, true));
const deleteLike = action('unlikePost', 'DELETE', LIKE, 'id', (ctx, id) => setLike(ctx, id, false));
const postSave = action('savePost', 'POST', SAVE, 'id', (ctx, id) => setSave(ctx, id, true));
const deleteSave = action('unsavePost', 'DELETE', SAVE, 'id', (ctx, id) => setSave(ctx, id, false));
const postFollow = action('follow', 'POST', FOLLOW, 'username', (ctx, username) => setFollow(ctx, username, true));
const deleteFollow = action('unfollow', 'DELETE', FOLLOW, 'username', (ctx, username) =>
  setFollow(ctx, username, false),
);
const postJehubMember = action('joinJehub', 'POST', '/api/jehubs/:id/join', 'id', joinJehub);

const postJehub = {
  operationId: 'createJehub',
  method: 'POST',
  path: '/api/jehubs',
  access: 'session',
  async handle(context, person) {
    const { ctx, input } = await readWrite(context, person.ctx, 'json');
    return replyWritten(context, 201, await createJehub(ctx, input));
  },
} as const satisfies SessionEndpoint;

/** Answers the poll as it stands. */
const postPollVotes = {
  operationId: 'votePoll',
  method: 'POST',
  path: '/api/posts/:id/poll/votes',
  access: 'session',
  async handle(context, person) {
    const { ctx, input } = await readWrite(context, person.ctx, 'json');
    return replyWritten(context, 200, await votePoll(ctx, pathParam(context.c.req, 'id'), input));
  },
} as const satisfies SessionEndpoint;

/** Likes, saves, votes, follows and JeHubs; for people. */
export const socialEndpoints: readonly Endpoint[] = [
  postLike,
  deleteLike,
  postSave,
  deleteSave,
  postPollVotes,
  postFollow,
  deleteFollow,
  postJehub,
  postJehubMember,
];
