import type { ErrorReason } from '../../domain/api-error.ts';
import { errorPartsOf } from '../response/error-response.ts';

/** A refusal as a person reads it: the sentence of the API, and how long to wait in words. */
export function sentenceOf(reason: ErrorReason): string {
  const { message } = errorPartsOf(reason);
  if (reason.code !== 'rate_limit_exceeded' && reason.code !== 'daily_quota_exceeded') return message;
  return `${message} Try again in ${formatWait(reason.retryAfter)}.`;
}

/** `40 seconds`, `6 minutes`, `3 hours`: never less than the wait. */
export function formatWait(seconds: number): string {
  if (seconds < 60) return units(seconds, 'second');
  if (seconds < 3_600) return units(Math.ceil(seconds / 60), 'minute');
  return units(Math.ceil(seconds / 3_600), 'hour');
}

const units = (count: number, unit: string) => `${count} ${unit}${count === 1 ? '' : 's'}`;
