import { setTimeout as delay } from 'node:timers/promises';
import { generateKey } from '../../domain/keys/index.ts';
import { type Call, callerOf, play, readerSteps, type Step, strangerSteps } from '../integration.ts';

/** A deployment is everywhere within seconds; a version not found by then is not coming. */
const ARRIVAL_TIMEOUT_MS = 60_000;
const ARRIVAL_INTERVAL_MS = 1_000;

export interface SmokeTarget {
  readonly apiOrigin: string;
  readonly webOrigin: string;
  /** The Worker's name. */
  readonly worker: string;
  readonly version: string;
  /** A key of an account of ours that may only read; without one, what needs one is not asked. */
  readonly apiKey: string | undefined;
}

/**
 * Asks one version of the Worker what `npm run demo` asks, as far as that writes nothing. Its requests are pinned to the
 * version, whatever share that has; a request that was not is answered by another version and passes for nothing, so
 * the version is asked for before and after.
 *
 * @returns whether every promise was kept
 */
export async function smoke({ apiOrigin, webOrigin, worker, version, apiKey }: SmokeTarget): Promise<boolean> {
  const pin = { 'Cloudflare-Workers-Version-Overrides': `${worker}="${version}"` };
  const call = callerOf(apiOrigin, pin);
  if (!(await hasArrived(call, version))) {
    console.error(`Version ${version} did not answer within ${ARRIVAL_TIMEOUT_MS / 1_000} seconds.`);
    return false;
  }
  const pages = callerOf(webOrigin, pin);
  const steps: Step[] = [
    { sent: 'are you ready?', promised: '200', send: () => call('/readyz') },
    ...strangerSteps(call, generateKey()),
    ...(apiKey === undefined ? [] : readerSteps(call, apiKey)),
    { sent: 'a page', promised: '200', send: () => pages('/sign-in') },
  ];
  if (apiKey === undefined) console.log('SMOKE_API_KEY is not set: nothing is asked with a good key.');
  return (await play(steps)) && (await answers(call, version));
}

async function hasArrived(call: Call, version: string): Promise<boolean> {
  const deadline = Date.now() + ARRIVAL_TIMEOUT_MS;
  while (!(await answers(call, version))) {
    if (Date.now() > deadline) return false;
    await delay(ARRIVAL_INTERVAL_MS);
  }
  return true;
}

async function answers(call: Call, version: string): Promise<boolean> {
  try {
    return ((await (await call('/healthz')).json()) as { version?: unknown }).version === version;
  } catch {
    return false;
  }
}
