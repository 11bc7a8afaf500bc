import type { ClientAddress } from '../../../domain/context.ts';
import type { AuditEvent } from '../../../domain/keys/index.ts';
import { blockText, parseCidr } from '../../../lib/ip.ts';
import type { Markup } from '../render.ts';

/**
 * The entry that lets the client of an address in: the address, or for IPv6 its /64, within which clients change
 * theirs.
 */
export function entryFor({ text, hex }: ClientAddress): string {
  return blockText({ text, hex });
}

/** Adds an entry to the lines of an allowlist, unless it is one of them. */
export function withEntry(allowlist: string, entry: string): string {
  const lines = allowlist.split('\n').map((line) => line.trim());
  if (lines.includes(entry)) return allowlist;
  const before = allowlist.trimEnd();
  return before === '' ? entry : `${before}\n${entry}`;
}

/**
 * The entry for a block that a key refused: no other address of a link gets into a form.
 *
 * @param events of that key
 */
export function refusedEntry(events: readonly AuditEvent[], address: string | undefined): string | undefined {
  const isRefused = events.some((one) => one.event === 'refused_address' && one.address === address);
  return isRefused && address !== undefined ? parseCidr(address)?.text : undefined;
}

/** A key whose allowlist has addresses of one family refuses a client that also has the other, sometimes. */
export function FamilyWarning({ ipAllowlist }: { readonly ipAllowlist: readonly string[] }): Markup | null {
  const isIpv6 = ipAllowlist.map((entry) => entry.includes(':'));
  if (isIpv6.length === 0 || (isIpv6.includes(true) && isIpv6.includes(false))) return null;
  const [listed, other] = isIpv6[0] ? ['IPv6', 'IPv4'] : ['IPv4', 'IPv6'];
  return (
    <p class="notice">
      Only {listed} addresses are listed. A client that also has {other} is refused whenever it uses that.
    </p>
  );
}
