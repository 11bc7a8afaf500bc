import {
  WEBHOOK_DISABLED_AFTER_MS,
  WEBHOOK_FAILING_SPAN_MS,
  WEBHOOK_JITTER,
  WEBHOOK_RETRY_AFTER_MAX_MS,
  WEBHOOK_RETRY_WAITS_MS,
} from '../../config/limits.ts';
import { type AttemptResult, errorOf } from './attempt.ts';

/** The state before an attempt. Times are unix milliseconds. */
export interface History {
  /** Attempts of the delivery since it was last queued. */
  readonly roundAttempts: number;
  /** First failed attempt of the endpoint since its last success. */
  readonly failingSince: number | null;
  /** The endpoint's attempt before this one. */
  readonly lastAttemptAt: number | null;
  /** The mail about half of the way to being disabled is sent, or due. */
  readonly isWarned: boolean;
}

export type DeliveryOutcome =
  | { readonly status: 'delivered' }
  | { readonly status: 'pending'; readonly nextAttemptAt: number }
  | { readonly status: 'failed' };

export interface Outcome {
  readonly delivery: DeliveryOutcome;
  /** The new state of the endpoint. */
  readonly endpoint: {
    readonly failingSince: number | null;
    readonly disabledReason: 'gone' | 'failing' | null;
    /** The mail that the owner is owed. */
    readonly notice: 'failing' | 'disabled' | null;
  };
}

/**
 * Decides the effects of an attempt (contract section 10): on the delivery, on its endpoint, and on the mail to the
 * owner.
 *
 * @param now unix milliseconds at the end of the attempt
 * @param random from 0 to 1, spreads the next attempt
 */
export function decideOutcome(history: History, result: AttemptResult, now: number, random: number): Outcome {
  const error = errorOf(result);
  if (error === undefined) {
    return { delivery: { status: 'delivered' }, endpoint: { failingSince: null, disabledReason: null, notice: null } };
  }
  const failingSince = history.failingSince ?? now;
  if (result.kind === 'response' && result.statusCode === 410) {
    const endpoint = { failingSince, disabledReason: 'gone', notice: 'disabled' } as const;
    return { delivery: { status: 'failed' }, endpoint };
  }
  return {
    delivery: nextAttempt(history.roundAttempts + 1, result, now, random),
    endpoint: { failingSince, ...judgeEndpoint(history, failingSince, now) },
  };
}

/** @param attempts with the one that has just failed */
function nextAttempt(attempts: number, result: AttemptResult, now: number, random: number): DeliveryOutcome {
  const wait = WEBHOOK_RETRY_WAITS_MS[attempts - 1];
  if (wait === undefined) return { status: 'failed' };
  const jittered = wait * (1 + WEBHOOK_JITTER * (2 * random - 1));
  // A receiver may ask for more time than the schedule gives, not for less.
  return { status: 'pending', nextAttemptAt: Math.round(now + Math.max(jittered, askedWait(result, now))) };
}

/**
 * The wait that a busy receiver asks for: `Retry-After` of a 429 or 503 (RFC 9110 section 10.2.3). An invalid value
 * asks for no wait.
 */
function askedWait(result: AttemptResult, now: number): number {
  if (result.kind !== 'response' || (result.statusCode !== 429 && result.statusCode !== 503)) return 0;
  const text = result.retryAfter?.trim() ?? '';
  const wait = /^\d+$/.test(text) ? Number(text) * 1_000 : parseHttpDate(text) - now;
  return Number.isNaN(wait) ? 0 : Math.min(Math.max(wait, 0), WEBHOOK_RETRY_AFTER_MAX_MS);
}

/** The one form of a date that may still be sent; `Date.parse` alone takes almost anything for one. */
const HTTP_DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/;

/** Unix milliseconds, or NaN. */
function parseHttpDate(text: string): number {
  return HTTP_DATE.test(text) ? Date.parse(text) : Number.NaN;
}

/** Decides if an endpoint that has failed again is disabled, or its owner warned. */
function judgeEndpoint(
  { failingSince: seen, lastAttemptAt, isWarned }: History,
  failingSince: number,
  now: number,
): Pick<Outcome['endpoint'], 'disabledReason' | 'notice'> {
  const failingFor = now - failingSince;
  const span = seen === null || lastAttemptAt === null ? 0 : lastAttemptAt - seen;
  if (span < WEBHOOK_FAILING_SPAN_MS) return { disabledReason: null, notice: null };
  if (failingFor >= WEBHOOK_DISABLED_AFTER_MS) return { disabledReason: 'failing', notice: 'disabled' };
  const isHalfWay = failingFor >= WEBHOOK_DISABLED_AFTER_MS / 2;
  return { disabledReason: null, notice: isHalfWay && !isWarned ? 'failing' : null };
}
