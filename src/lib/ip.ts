/** An inclusive span of addresses; both ends as 32 hexadecimal digits (see {@link addressToHex}). */
export interface AddressRange {
  readonly lo: string;
  readonly hi: string;
}

/**
 * Sorts ranges and joins those that overlap or touch: the same addresses, and ranges that do not meet. A range without
 * an address (its end before its start) is dropped, but for the last: no range at all means any address.
 */
export function mergeRanges(ranges: readonly AddressRange[]): readonly AddressRange[] {
  const sorted = ranges.filter(({ lo, hi }) => lo <= hi).sort((a, b) => (a.lo < b.lo ? -1 : 1));
  if (sorted.length === 0) return ranges.slice(0, 1);
  const merged: AddressRange[] = [];
  for (const range of sorted) {
    const last = merged.at(-1);
    if (!last || range.lo > after(last.hi)) merged.push(range);
    else if (range.hi > last.hi) merged[merged.length - 1] = { lo: last.lo, hi: range.hi };
  }
  return merged;
}

/** The next address; of the last address, itself. */
function after(hex: string): string {
  const next = (BigInt(`0x${hex}`) + 1n).toString(16).padStart(32, '0');
  return next.length > 32 ? hex : next;
}

/** A CIDR entry in its normal spelling, with the span it covers. */
export interface Cidr extends AddressRange {
  readonly text: string;
}

/** `::ffff:0:0/96`, where IPv4 lives among the IPv6 addresses. */
const MAPPED_PREFIX = '00000000000000000000ffff';

/** Tells IPv4 from IPv6. @param hex as {@link addressToHex} spells it */
export const isMapped = (hex: string) => hex.startsWith(MAPPED_PREFIX);

/** True for 240.0.0.0/4, which belongs to no host (RFC 1112 section 4). @param hex as {@link addressToHex} spells it */
export const isClassE = (hex: string) => hex.startsWith(`${MAPPED_PREFIX}f`);

/**
 * True for an address that an IPv6 host can have: neither IPv4-mapped, nor of `::/96`, which holds the unspecified, the
 * loopback and the IPv4-compatible addresses. @param hex as {@link addressToHex} spells it
 */
export const isIpv6 = (hex: string) => !isMapped(hex) && !hex.startsWith('0'.repeat(24));

/**
 * Four decimal parts without leading zeros, and nothing shorter: `010.0.0.1` is 8.0.0.1 to some parsers and 10.0.0.1 to
 * others, and a rule must not depend on the parser.
 */
const IPV4 = /^(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}$/;

/** Eight digits. */
function ipv4ToHex(address: string): string {
  let value = 1;
  for (const part of address.split('.')) value = value * 256 + Number(part);
  return value.toString(16).slice(1);
}

/**
 * An address as 32 lower-case hexadecimal digits, IPv4 as its IPv4-mapped IPv6 (RFC 4291 section 2.5.5.2),
 * so that comparing texts compares addresses, in Lua as in TypeScript. Undefined for anything else,
 * zone ids included.
 */
export function addressToHex(address: string): string | undefined {
  return IPV4.test(address) ? MAPPED_PREFIX + ipv4ToHex(address) : ipv6ToHex(address);
}

const GROUP = /^[\da-f]{1,4}$/i;

/** RFC 4291 section 2.2: eight groups, `::` for some that are zero, the last two perhaps as IPv4. */
function ipv6ToHex(address: string): string | undefined {
  const lastAt = address.lastIndexOf(':') + 1;
  const last = address.slice(lastAt);
  if (IPV4.test(last)) {
    const hex = ipv4ToHex(last);
    return ipv6ToHex(`${address.slice(0, lastAt)}${hex.slice(0, 4)}:${hex.slice(4)}`);
  }
  const [head = [], tail, ...more] = address.split('::').map((part) => (part === '' ? [] : part.split(':')));
  const zeros = 8 - head.length - (tail?.length ?? 0);
  if (more.length > 0 || (tail ? zeros < 1 : zeros !== 0)) return undefined;
  const groups = [...head, ...Array.from({ length: zeros }, () => '0'), ...(tail ?? [])];
  if (!groups.every((group) => GROUP.test(group))) return undefined;
  return groups.map((group) => group.padStart(4, '0').toLowerCase()).join('');
}

/**
 * Parses one allowlist entry, a single address or CIDR (RFC 4632), and normalises it: host bits are cleared
 * (`10.0.0.5/8` is `10.0.0.0/8`), IPv6 is written after RFC 5952, IPv4-mapped IPv6 becomes IPv4, and a single address
 * has no suffix. Undefined for any other text.
 */
export function parseCidr(entry: string): Cidr | undefined {
  const [address = '', suffix, ...rest] = entry.split('/');
  if (rest.length > 0) return undefined;
  const hex = addressToHex(address);
  if (hex === undefined) return undefined;

  const isIpv4Spelling = !address.includes(':');
  const bits = isIpv4Spelling ? 32 : 128;
  if (suffix !== undefined && !/^(0|[1-9]\d{0,2})$/.test(suffix)) return undefined;
  const prefix = suffix === undefined ? bits : Number(suffix);
  if (prefix > bits) return undefined;

  const prefix128 = isIpv4Spelling ? prefix + 96 : prefix;
  const range = rangeOf(hex, prefix128);
  return { text: spell(range.lo, prefix128), ...range };
}

/** The span of addresses that share the first `prefix` (0 to 128) bits of `hex`. */
function rangeOf(hex: string, prefix: number): AddressRange {
  const host = (1n << BigInt(128 - prefix)) - 1n;
  const address = BigInt(`0x${hex}`);
  const toHex = (value: bigint) => value.toString(16).padStart(32, '0');
  return { lo: toHex(address & ~host), hi: toHex(address | host) };
}

function spell(lo: string, prefix: number): string {
  const suffix = (bits: number) => (prefix === 128 ? '' : `/${bits}`);
  if (!isMapped(lo) || prefix < 96) {
    // The URL parser writes IPv6 after RFC 5952.
    const { hostname } = new URL(`http://[${lo.replaceAll(/....(?!$)/g, '$&:')}]`);
    return `${hostname.slice(1, -1)}${suffix(prefix)}`;
  }
  const parts = lo.slice(24).match(/../g) ?? [];
  return `${parts.map((part) => Number.parseInt(part, 16)).join('.')}${suffix(prefix - 96)}`;
}

/**
 * The block that a per-address limit counts: the address itself for IPv4, its /64 for IPv6, since one subscriber
 * commands a whole /64.
 */
export function addressBlock(hex: string): string {
  return isMapped(hex) ? hex : hex.slice(0, 16);
}

/** The block of an address as people read it: an IPv4 address, or `2001:db8:1:2::/64`. */
export function blockText({ text, hex }: { readonly text: string; readonly hex: string }): string {
  return parseCidr(isMapped(hex) ? text : `${text}/64`)?.text ?? text;
}

/** `2a06:98c0:3600::/48`: the Workers of all of Cloudflare's customers call from here (contract section 4). */
export const WORKERS_EGRESS: AddressRange = {
  lo: '2a0698c03600'.padEnd(32, '0'),
  hi: '2a0698c03600'.padEnd(32, 'f'),
};

/** Tells if an address is one that all Workers of Cloudflare share. @param hex as {@link addressToHex} spells it */
export function isWorkersEgress(hex: string): boolean {
  return WORKERS_EGRESS.lo <= hex && hex <= WORKERS_EGRESS.hi;
}
