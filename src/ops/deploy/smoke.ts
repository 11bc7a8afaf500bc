import { setTimeout as delay } from 'node:timers/promises';
import { type Call, callerOf, play, readerSteps, type Step, strangerSteps } from '../../dev/integration.ts';
import { generateKey } from '../../domain/keys/index.ts';

/** A deployment is everywhere within seconds; a version not found by then is not coming. */
const ARRIVAL_TIMEOUT_MS = 60_000;
const ARRIVAL_INTERVAL_MS = 1_000;

export interface SmokeTarget {
  readonly apiOrigin: string;
  readonly webOrigin: string;
  /** The Worker's name. */
  readonly worker: string;
  readonly version: string;
  /** A key of one of our accounts that may only read; without it, the steps that need a key are skipped. */
  readonly apiKey: string | undefined;
  /** A key of the same account that only {@link FENCE} may use; without one, no forged address is tried. */
  readonly fencedApiKey: string | undefined;
}

/** Addresses for documentation (RFC 5737, RFC 3849): no client on the internet has one. */
const FENCE = { ipv4: '192.0.2.1', ipv6: '2001:db8::1' } as const;

/** Headers with which a client could pass itself off as an address of {@link FENCE}. */
const FORGED: readonly Readonly<Record<string, string>>[] = [
  { 'CF-Connecting-IPv6': FENCE.ipv6 },
  { 'CF-Connecting-IP': FENCE.ipv4 },
  // As Pseudo IPv4 in the mode "overwrite headers" would write them.
  { 'CF-Connecting-IP': '240.0.0.1', 'CF-Connecting-IPv6': FENCE.ipv6 },
  { 'X-Forwarded-For': FENCE.ipv4, 'X-Real-IP': FENCE.ipv4, 'True-Client-IP': FENCE.ipv4 },
];

/**
 * Calls from an address that the key is not allowed, without and with a claim to be at one that is. The Worker must
 * refuse each by the address of the connection. Cloudflare's edge may refuse a forged `CF-Connecting-IP` itself, with a
 * 403 of its own.
 */
function forgerSteps(callWith: (headers: Readonly<Record<string, string>>) => Call, fenced: string): Step[] {
  return [{}, ...FORGED].map((headers) => ({
    sent: `a key for other addresses${Object.keys(headers).map((name) => `, ${name}`)}`,
    promised: 'CF-Connecting-IP' in headers ? '403 ip_not_allowed or 403' : '403 ip_not_allowed',
    send: () => callWith(headers)('/api/auth/me', fenced),
  }));
}

/**
 * Asks one version of the Worker what `npm run demo` asks, but only the steps that write nothing. Its requests are
 * pinned to the version, independent of its share. Another version would answer unpinned requests and prove nothing, so
 * the version is checked before and after.
 *
 * @returns true if every promise was kept
 */
export async function smoke(target: SmokeTarget): Promise<boolean> {
  const { apiOrigin, webOrigin, worker, version, apiKey, fencedApiKey } = target;
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
    ...(fencedApiKey === undefined
      ? []
      : forgerSteps((headers) => callerOf(apiOrigin, { ...pin, ...headers }), fencedApiKey)),
    { sent: 'a page', promised: '200', send: () => pages('/sign-in') },
  ];
  if (apiKey === undefined) console.log('SMOKE_API_KEY is not set: nothing is asked with a good key.');
  if (fencedApiKey === undefined) console.log('SMOKE_FENCED_API_KEY is not set: no forged address is tried.');
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
