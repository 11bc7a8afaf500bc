import { nullColumnOf } from '../../data/db.ts';
import { isId } from '../../lib/id.ts';
import type { SessionCtx } from '../context.ts';
import { actorRefusal, type Written, writeOnce } from '../idempotency/index.ts';
import { parseInput } from '../parse-input.ts';
import type { Poll } from '../posts/index.ts';
import { invalidField, Refused } from '../refusal.ts';
import { votesSchema } from './schemas.ts';
import { addVotes, lockPoll, pollAnswer, removeVotes } from './store.ts';

/**
 * Votes in the poll of a Jes that the person sees, until it ends. Voting again replaces the vote; the same again changes
 * nothing.
 *
 * @throws Refused `not_found`, `invalid_request`
 */
export async function votePoll(ctx: SessionCtx, postId: string, input: unknown): Promise<Written<Poll>> {
  if (!isId(postId)) throw new Refused({ code: 'not_found' });
  const { optionIds } = parseInput(votesSchema, input);
  const { actor, now } = ctx;
  const { db } = ctx.ports;
  const ballot = { postId, actor, optionIds, at: new Date(now) };
  try {
    const written = await writeOnce(ctx, {
      status: 200,
      statements: [lockPoll(db, ballot), removeVotes(db, ballot), addVotes(db, ballot)],
      answer: pollAnswer(ballot),
    });
    if (!written) throw new Refused({ code: 'not_found' });
    return { ...written, value: JSON.parse(written.value) as Poll };
  } catch (error) {
    throw refusalOf(ctx, error);
  }
}

/** What a violated rule of the database means to the person. */
function refusalOf({ actor }: SessionCtx, error: unknown): unknown {
  switch (nullColumnOf(error)) {
    case 'account_id':
      return actorRefusal(actor);
    case 'ends_at':
      return invalidField('optionIds', 'the poll is over');
    case 'multiple':
      return invalidField('optionIds', 'must be options of this poll, and one only unless it allows several');
    default:
      return error;
  }
}
