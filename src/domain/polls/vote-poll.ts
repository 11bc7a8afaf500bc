import { isId } from '../../lib/id.ts';
import { ApiError, invalidField } from '../api-error.ts';
import { type SessionCtx, writerOf } from '../context.ts';
import { type Written, writeOnce } from '../idempotency/index.ts';
import { parseInput } from '../parse-input.ts';
import type { Poll } from '../posts/index.ts';
import { votesSchema } from './schemas.ts';
import { addVotes, lockPoll, pollAnswer, removeVotes } from './store.ts';

/**
 * Votes in the poll of a Jes that the person sees, until it ends. Voting again replaces the vote; the same again
 * changes nothing.
 *
 * @throws ApiError `not_found`, `invalid_request`
 */
export async function votePoll(ctx: SessionCtx, postId: string, input: unknown): Promise<Written<Poll>> {
  if (!isId(postId)) throw new ApiError({ code: 'not_found' });
  const { optionIds } = parseInput(votesSchema, input);
  const { now } = ctx;
  const { db } = ctx.ports;
  const ballot = { postId, actor: writerOf(ctx), optionIds, at: new Date(now) };
  const written = await writeOnce(ctx, {
    status: 200,
    statements: [lockPoll(db, ballot), removeVotes(db, ballot), addVotes(db, ballot)],
    answer: pollAnswer(ballot),
    rules: {
      poll_open: () => invalidField('optionIds', 'the poll is over'),
      options_of_poll: () =>
        invalidField('optionIds', 'must be options of this poll, and one only unless it allows several'),
    },
  });
  if (!written) throw new ApiError({ code: 'not_found' });
  return { ...written, value: JSON.parse(written.value) as Poll };
}
