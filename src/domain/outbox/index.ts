export { announceEvent } from './announce-event.ts';
export { awaitStarts } from './await-starts.ts';
export {
  cancelSilenced,
  EVENT_FUNCTIONS,
  envelopeText,
  insertEvent,
  insertRevokedEvents,
  isEndpointActive,
  isKeyActive,
  isSubscribed,
  newEventId,
  type SubjectEvent,
  selectSilenced,
} from './store.ts';
