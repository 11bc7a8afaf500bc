export { votePoll } from './vote-poll.ts';
