export { ATTEMPT_ERRORS, type AttemptResult } from './attempt.ts';
export { deliver, type Lane } from './deliver.ts';
export { sendNotices } from './notices.ts';
export { newSecret, openSecret, sealSecret } from './secret.ts';
export { sendAttempt } from './send-attempt.ts';
export { generatedIds, wakesOf } from './store.ts';
export { cancelDeliveries, measureBacklog, purgeEndpoints, resealSecrets, wakeDeliveries } from './sweep.ts';
export { isAllowedTarget } from './target.ts';
