import { ISOLATE_AUDIT_EVENTS_MAX } from '../../config/limits.ts';
import { runSql } from '../../data/db.ts';
import { BoundedMap } from '../../lib/bounded-map.ts';
import { newId } from '../../lib/id.ts';
import type { ClientAddress, Ctx } from '../context.ts';
import { insertEvent, type NewEvent } from './store.ts';

/** Occasions this isolate has written; the row itself is unique. */
const written = new BoundedMap<string, true>(ISOLATE_AUDIT_EVENTS_MAX);

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
    occasion: '',
    at: new Date(ctx.now),
  };
}

/** Notes that a key was used from another address than before: at most one row per key, address and UTC day. */
export function noteNewAddress(ctx: Ctx, keyId: string, address: ClientAddress | undefined): void {
  if (!address) return;
  const day = new Date(ctx.now).toISOString().slice(0, 10);
  note(ctx, { keyId, event: 'first_use', address: address.text, occasion: `${day} ${address.text}` });
}

/** Notes that a key was refused an address outside its allowlist: at most one row per key and UTC hour. */
export function noteRefusedAddress(ctx: Ctx, keyId: string, address: ClientAddress | undefined): void {
  const hour = new Date(ctx.now).toISOString().slice(0, 13);
  note(ctx, { keyId, event: 'refused_address', address: address?.text ?? null, occasion: hour });
}

/** Writes behind the answer: the audit log costs no request its time. */
function note(ctx: Ctx, event: Omit<NewEvent, 'id' | 'at'>): void {
  const occasion = `${event.keyId} ${event.event} ${event.occasion}`;
  if (written.get(occasion)) return;
  written.set(occasion, true);
  const row = { ...event, id: newId(ctx.now), at: new Date(ctx.now) };
  const insert = runSql(insertEvent(ctx.ports.db, row)).catch((error: unknown) => {
    written.delete(occasion);
    throw error;
  });
  ctx.defer(insert);
}
