import { unsealUnder } from '../../lib/seal.ts';
import type { Ctx } from '../context.ts';
import { sealSecret } from '../deliveries/index.ts';

/** A new signing secret as the browser keeps it until the page that shows it once. */
export async function sealForReveal({ ports }: Ctx, secret: string, webhookId: string): Promise<string> {
  return await sealSecret(ports.webhookSecretKeys, secret, webhookId);
}

/** The secret in a text that {@link sealForReveal} made for this endpoint; undefined for every other text. */
export async function revealSecret({ ports }: Ctx, sealed: string, webhookId: string): Promise<string | undefined> {
  return await unsealUnder(ports.webhookSecretKeys, sealed, webhookId).catch(() => undefined);
}
