export { announceEvent } from './announce-event.ts';
export { awaitStarts } from './await-starts.ts';
export {
  cancelSilenced,
  envelopeText,
  insertEvent,
  insertRevokedEvents,
  isEndpointActive,
  isKeyActive,
  isSubscribed,
  newEventId,
  type SubjectEvent,
  selectNewestLease,
} from './store.ts';
