export { votesSchema } from './schemas.ts';
export { votePoll } from './vote-poll.ts';
