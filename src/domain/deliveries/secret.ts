import { toBase64 } from '../../lib/bytes.ts';
import { sealUnder, unsealUnder } from '../../lib/seal.ts';

/** Standard Webhooks asks for 24 to 64. */
const SECRET_BYTES = 32;

/** A new signing secret: `whsec_` and base64, as Standard Webhooks writes it. */
export function newSecret(): string {
  return `whsec_${toBase64(crypto.getRandomValues(new Uint8Array(SECRET_BYTES)))}`;
}

/** A secret as it is kept: encrypted, and worth nothing in the row of another endpoint. */
export async function sealSecret(keys: readonly [string, ...string[]], secret: string, endpointId: string) {
  return await sealUnder(keys[0], secret, endpointId);
}

/**
 * @throws Error where no key of the configuration opens it: WEBHOOK_SECRET_KEY was replaced without keeping the one
 * before
 */
export async function openSecret(keys: readonly string[], sealed: string, endpointId: string): Promise<string> {
  const secret = await unsealUnder(keys, sealed, endpointId);
  if (secret === undefined) throw new Error('no WEBHOOK_SECRET_KEY opens the secret of an endpoint');
  return secret;
}
