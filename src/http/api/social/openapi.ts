import { DAILY_LIMITS } from '../../../config/limits.ts';
import { votesSchema } from '../../../domain/polls/index.ts';
import { pollSchema } from '../../../domain/posts/responses.ts';
import { newJehubSchema } from '../../../domain/social/index.ts';
import { followSchema, jehubSchema, likeSchema, saveSchema } from '../../../domain/social/responses.ts';
import type { Operation } from '../../openapi/operation.ts';
import { pathId, pathUsername } from '../../openapi/params.ts';

const liked = { status: 200, description: 'The like after the change.', schema: likeSchema } as const;
const saved = { status: 200, description: 'The save after the change.', schema: saveSchema } as const;
const followed = { status: 200, description: 'The follow after the change.', schema: followSchema } as const;
const post = pathId('a Jes');

/** Operations of a person on what others made: likes, saves, votes, follows, JeHubs. */
export const social = {
  likePost: { tag: 'People', summary: 'Like a Jes', params: post, isRepeatable: true, answer: liked },
  unlikePost: { tag: 'People', summary: 'Unlike a Jes', params: post, isRepeatable: true, answer: liked },
  savePost: { tag: 'People', summary: 'Save a Jes', params: post, isRepeatable: true, answer: saved },
  unsavePost: { tag: 'People', summary: 'Unsave a Jes', params: post, isRepeatable: true, answer: saved },
  votePoll: {
    tag: 'People',
    summary: 'Vote in the poll of a Jes',
    description: 'Possible until the poll ends. A second vote replaces the first.',
    params: post,
    body: { json: votesSchema, example: { optionIds: ['01M869TY589SRQEM45JK4A3C9K'] } },
    isRepeatable: true,
    answer: { status: 200, description: 'The poll after the vote.', schema: pollSchema },
  },
  follow: {
    tag: 'People',
    summary: 'Follow an account',
    description: `At most ${DAILY_LIMITS.follows.limit} per UTC day. A repeated follow changes nothing.`,
    params: pathUsername,
    isRepeatable: true,
    answer: followed,
    errors: ['daily_quota_exceeded', 'invalid_request'],
  },
  unfollow: {
    tag: 'People',
    summary: 'Unfollow an account',
    params: pathUsername,
    isRepeatable: true,
    answer: followed,
  },
  createJehub: {
    tag: 'People',
    summary: 'Create a JeHub',
    description: `The account becomes its first member. Names need not be unique. At most ${DAILY_LIMITS.jehubs.limit} per UTC day.`,
    body: { json: newJehubSchema, example: { name: 'Fox watchers' } },
    isRepeatable: true,
    answer: { status: 201, description: 'The JeHub.', schema: jehubSchema },
    errors: ['daily_quota_exceeded'],
  },
  joinJehub: {
    tag: 'People',
    summary: 'Join a JeHub',
    description: 'Every JeHub is open to everyone. A repeated join changes nothing.',
    params: pathId('a JeHub'),
    isRepeatable: true,
    answer: { status: 200, description: 'The JeHub.', schema: jehubSchema },
  },
} as const satisfies Record<string, Operation>;
