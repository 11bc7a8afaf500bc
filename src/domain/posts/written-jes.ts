import { runSql } from '../../data/db.ts';
import { viewOf } from '../content/index.ts';
import type { ActorCtx } from '../context.ts';
import type { Written } from '../idempotency/index.ts';
import { type Jes, toJes } from './jes.ts';
import { selectJesVisible } from './store.ts';

/**
 * The answer to a write of a Jes, as its caller may see it (contract section 8): the transaction keeps it with its
 * counts, and a replay never shows what the caller could not read now. `counts` follow the scopes of the key that asks,
 * and a bounced Jes that was deleted or narrowed since is gone. A deleted Jes has been emptied where it is kept
 * (`emptyDeleted` of the store).
 */
export async function toWrittenJes(ctx: ActorCtx, written: Written<string>): Promise<Written<Jes>> {
  const { actor, ports } = ctx;
  const jes = await toJes(ports, written.value, viewOf(ctx));
  const { bounceOf, ...rest } = jes;
  if (!written.replayed || bounceOf === null) return { ...written, value: jes };
  const { rows } = await runSql(selectJesVisible(ports.db, bounceOf.id, actor.accountId));
  return { ...written, value: rows.length > 0 ? jes : { ...rest, bounceOf: null, bounceOfDeleted: true } };
}
