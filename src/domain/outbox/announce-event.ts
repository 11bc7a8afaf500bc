import type { Ctx } from '../context.ts';

/** Wakes a consumer for an event, after the response. Should the queue refuse, the sweep finds the event in Neon. */
export function announceEvent({ defer, ports }: Ctx, eventId: string): void {
  defer(ports.webhookEvents.send({ eventId }));
}
