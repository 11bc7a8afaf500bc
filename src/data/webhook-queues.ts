/**
 * Wakes a consumer: an event whose deliveries are to be written and sent, or an endpoint with something due. Ids only:
 * Neon has the content, so a message that comes twice, late or never changes nothing.
 */
export type WebhookWake = { readonly eventId: string } | { readonly endpointId: string };

/** Sends a request to a host of a caller's choice; `fetch` itself. */
export type FetchTarget = (url: string, init: RequestInit) => Promise<Response>;
