import { toBase64, utf8 } from '../../lib/bytes.ts';

/**
 * The headers that sign a webhook, by the rules of Standard Webhooks: HMAC-SHA-256 of `{id}.{timestamp}.{body}`.
 *
 * @param message.timestamp unix seconds of this attempt
 * @param secrets each signs, the newest first
 */
export async function signatureHeaders(
  message: { readonly id: string; readonly timestamp: number; readonly body: string },
  secrets: readonly string[],
): Promise<Record<string, string>> {
  const { id, timestamp, body } = message;
  const signed = utf8(`${id}.${timestamp}.${body}`);
  const signatures = await Promise.all(
    secrets.map(async (secret) => {
      const signature = await crypto.subtle.sign('HMAC', await keyFrom(secret), signed);
      return `v1,${toBase64(new Uint8Array(signature))}`;
    }),
  );
  return { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': signatures.join(' ') };
}

function keyFrom(secret: string): Promise<CryptoKey> {
  const bytes = Uint8Array.from(atob(secret.replace(/^whsec_/, '')), (character) => character.charCodeAt(0));
  return crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
}
