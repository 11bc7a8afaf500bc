import type { WebhookEvent } from './api.ts';

/** A request that a webhook endpoint has got. */
export interface WebhookRequest {
  /** The body as it came: the signature covers its very bytes, so verify before parsing. */
  readonly body: string | Uint8Array;
  readonly headers: Headers | Readonly<Record<string, string | readonly string[] | undefined>>;
  /** `whsec_…`; during a rotation of your own both. */
  readonly secret: string | readonly string[];
  /** The greatest age of a request. */
  readonly toleranceSeconds?: number;
  /** Unix milliseconds. */
  readonly now?: number;
}

/** The reason for which a request is not genuine. */
export type WebhookVerificationReason =
  | 'headers_missing'
  | 'timestamp_out_of_tolerance'
  | 'signature_wrong'
  | 'body_unreadable';

/** A request that was not sent by Jestha with this secret, or not now. Answer 401 and do nothing. */
export class WebhookVerificationError extends Error {
  override readonly name = 'WebhookVerificationError';
  readonly reason: WebhookVerificationReason;

  constructor(reason: WebhookVerificationReason) {
    super(MESSAGES[reason]);
    this.reason = reason;
  }
}

const MESSAGES: Readonly<Record<WebhookVerificationReason, string>> = {
  headers_missing: 'webhook-id, webhook-timestamp or webhook-signature is missing',
  timestamp_out_of_tolerance: 'webhook-timestamp is too old, or ahead of this clock',
  signature_wrong: 'no signature of this secret matches the request',
  body_unreadable: 'the body is not JSON',
};

const TOLERANCE_S = 300;

/**
 * The event in a request, once its signature is verified by the rules of Standard Webhooks. The same event may come
 * more than once: dedupe on its `id`. Answer 2xx within 10 seconds, and do the work afterwards.
 *
 * @example const event = await verifyWebhook({ body: await request.text(), headers: request.headers, secret }); if
 * (event.event === 'jes.created') console.log(event.data.jes.url);
 * @throws WebhookVerificationError
 */
export async function verifyWebhook(request: WebhookRequest): Promise<WebhookEvent> {
  const { body, headers, secret, toleranceSeconds = TOLERANCE_S, now = Date.now() } = request;
  const id = headerOf(headers, 'webhook-id');
  const timestamp = headerOf(headers, 'webhook-timestamp');
  const signatures = headerOf(headers, 'webhook-signature');
  if (!id || !timestamp || !signatures) throw new WebhookVerificationError('headers_missing');
  const isInTime = /^\d{1,12}$/.test(timestamp) && Math.abs(now / 1_000 - Number(timestamp)) <= toleranceSeconds;
  if (!isInTime) throw new WebhookVerificationError('timestamp_out_of_tolerance');
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  const signed = concat(new TextEncoder().encode(`${id}.${timestamp}.`), bytes);
  const secrets = typeof secret === 'string' ? [secret] : secret;
  if (!(await isSigned(signed, signatures, secrets))) throw new WebhookVerificationError('signature_wrong');
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as WebhookEvent;
  } catch {
    throw new WebhookVerificationError('body_unreadable');
  }
}

async function isSigned(signed: Uint8Array<ArrayBuffer>, header: string, secrets: readonly string[]): Promise<boolean> {
  const signatures = header.split(' ').flatMap((one) => {
    const bytes = one.startsWith('v1,') ? fromBase64(one.slice('v1,'.length)) : undefined;
    return bytes ? [bytes] : [];
  });
  for (const secret of secrets) {
    const raw = fromBase64(secret.replace(/^whsec_/, ''));
    if (!raw || raw.length === 0) throw new TypeError('the secret must be whsec_ and base64');
    const key = await crypto.subtle.importKey('raw', raw, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);
    // The runtime compares in constant time.
    for (const signature of signatures) if (await crypto.subtle.verify('HMAC', key, signature, signed)) return true;
  }
  return false;
}

function headerOf(headers: WebhookRequest['headers'], name: string): string | undefined {
  if (headers instanceof Headers) return headers.get(name) ?? undefined;
  const found = Object.entries(headers).find(([candidate]) => candidate.toLowerCase() === name)?.[1];
  return typeof found === 'string' ? found : found?.[0];
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function concat(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}
