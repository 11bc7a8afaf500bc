import { Webhook as StandardWebhook } from 'standardwebhooks';
import { vi } from 'vitest';
import type { Received } from './receiver.ts';

/** True if the official package of Standard Webhooks accepts a request, at the time that it is signed for. */
export function isVerified(secret: string, request: Received | undefined): boolean {
  const { headers = {}, body = '' } = request ?? {};
  vi.useFakeTimers({ now: Number(headers['webhook-timestamp']) * 1_000, toFake: ['Date'] });
  try {
    return new StandardWebhook(secret).verify(body, headers) !== undefined;
  } catch {
    return false;
  } finally {
    vi.useRealTimers();
  }
}
