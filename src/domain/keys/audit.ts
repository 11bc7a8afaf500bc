import { AUDIT_ROUND_MS, ISOLATE_AUDIT_EVENTS_MAX } from '../../config/limits.ts';
import { runSql } from '../../data/db.ts';
import { BoundedMap } from '../../lib/bounded-map.ts';
import { newId } from '../../lib/id.ts';
import { blockText } from '../../lib/ip.ts';
import type { ClientAddress, Ctx } from '../context.ts';
import { insertNetworkMails, insertRefusalMails } from '../key-mails/index.ts';
import { dayOf } from '../limits/index.ts';
import { countAddresses, lockKeys, type NewEvent, type SeenAddress } from './store.ts';

/** The event of what somebody does to a key; it happens once. Written with what is done. */
export function ownerEvent(
  ctx: Ctx,
  key: { readonly id: string; readonly accountId: string },
  event: 'created' | 'revoked',
  address: ClientAddress | undefined,
): NewEvent {
  return {
    id: newId(ctx.now),
    keyId: key.id,
    accountId: key.accountId,
    event,
    address: address?.text ?? null,
    dedupeKey: '',
    at: new Date(ctx.now),
  };
}

/** New addresses that this isolate has noted; the row itself is unique. */
const noted = new BoundedMap<string, true>(ISOLATE_AUDIT_EVENTS_MAX);

/** Notes that a key was used from another address than before: one row per key, block of addresses and UTC day. */
export function noteNewAddress(ctx: Ctx, keyId: string, address: ClientAddress | undefined): void {
  if (!address) return;
  const seen = { keyId, event: 'first_use', block: blockText(address), day: dayOf(ctx.now) } as const;
  const name = nameOf(seen);
  if (noted.get(name)) return;
  noted.set(name, true);
  const insert = write(ctx, [{ ...seen, count: 1 }]).catch((error: unknown) => {
    noted.delete(name);
    throw error;
  });
  ctx.defer(insert);
}

/** Refusals that wait to be written together, by their names. */
let round: Map<string, SeenAddress> | undefined;

/**
 * Counts that a key was refused an address outside its allowlist, per block of addresses and UTC day. The refusals of
 * an isolate within {@link AUDIT_ROUND_MS} are one batch of statements, after the responses.
 */
export function noteRefusedAddress(ctx: Ctx, keyId: string, address: ClientAddress | undefined): void {
  const seen = {
    keyId,
    event: 'refused_address',
    block: address ? blockText(address) : null,
    day: dayOf(ctx.now),
  } as const;
  const name = nameOf(seen);
  if (!round) {
    const opened = new Map<string, SeenAddress>();
    round = opened;
    ctx.defer(
      ctx.clock.wait(AUDIT_ROUND_MS).then(() => {
        if (round === opened) round = undefined;
        return write(ctx, [...opened.values()]);
      }),
    );
  }
  const count = (round.get(name)?.count ?? 0) + 1;
  // A flood from more blocks than an isolate remembers is counted no further.
  if (round.size < ISOLATE_AUDIT_EVENTS_MAX || count > 1) round.set(name, { ...seen, count });
}

const nameOf = ({ keyId, event, block, day }: Omit<SeenAddress, 'count'>) => `${keyId} ${event} ${day} ${block}`;

/** Writes after the response, with the mails that follow: the audit log costs no request its time. */
async function write({ now, ports: { db } }: Ctx, seen: readonly SeenAddress[]): Promise<void> {
  const at = new Date(now);
  // All of a round are of one event.
  const insertMails = seen[0]?.event === 'first_use' ? insertNetworkMails : insertRefusalMails;
  await runSql(db.batch([lockKeys(db, seen), countAddresses(db, seen, at), insertMails(db, seen, at)]));
}
