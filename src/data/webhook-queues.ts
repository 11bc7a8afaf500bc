import * as z from 'zod';
import { isId } from '../lib/id.ts';

/**
 * A message that wakes a consumer: an event whose deliveries are to be written and sent, or an endpoint with something
 * due. Ids only: Neon has the content, so a message that comes twice, late or never changes nothing. An older or newer
 * Worker may have sent it.
 */
export const wakeSchema = z.union([
  z.object({ eventId: z.string().regex(/^evt_[0-9a-f-]{36}$/) }),
  z.object({ endpointId: z.string().refine(isId) }),
]);

export type WebhookWake = Readonly<z.infer<typeof wakeSchema>>;

/** Sends a request to a host of a caller's choice; `fetch` itself. */
export type FetchTarget = (url: string, init: RequestInit) => Promise<Response>;
