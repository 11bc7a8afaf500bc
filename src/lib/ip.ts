import ipaddr from 'ipaddr.js';

/** An inclusive span of addresses; both ends as 32 hexadecimal digits (see {@link addressToHex}). */
export interface AddressRange {
  readonly lo: string;
  readonly hi: string;
}

/** A CIDR entry in its normal spelling, with the span it covers. */
export interface Cidr extends AddressRange {
  readonly text: string;
}

/** `::ffff:0:0/96`, where IPv4 lives among the IPv6 addresses. */
const MAPPED_PREFIX = '00000000000000000000ffff';

/**
 * Four decimal parts without leading zeros, and nothing shorter: `010.0.0.1` is 8.0.0.1 to some parsers
 * and 10.0.0.1 to others, and a rule must not depend on who reads it.
 */
const IPV4 = /^(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}$/;

/** The longest spelling: eight groups, the last two as IPv4. */
const LONGEST_ADDRESS = 45;

function ipv4ToHex(address: string): string {
  let hex = MAPPED_PREFIX;
  for (const part of address.split('.')) hex += Number(part).toString(16).padStart(2, '0');
  return hex;
}

/**
 * An address as 32 lower-case hexadecimal digits, IPv4 as its IPv4-mapped IPv6 (RFC 4291 section 2.5.5.2),
 * so that comparing texts compares addresses, in Lua as in TypeScript. Undefined for anything else,
 * zone ids included.
 */
export function addressToHex(address: string): string | undefined {
  if (IPV4.test(address)) return ipv4ToHex(address);
  if (!isIpv6(address)) return undefined;
  let hex = '';
  for (const byte of ipaddr.IPv6.parse(address).toByteArray()) hex += byte.toString(16).padStart(2, '0');
  return hex;
}

function isIpv6(address: string): boolean {
  if (address.length > LONGEST_ADDRESS || !address.includes(':') || address.includes('%')) return false;
  const embedded = address.slice(address.lastIndexOf(':') + 1);
  if (embedded.includes('.') && !IPV4.test(embedded)) return false;
  return ipaddr.IPv6.isValid(address);
}

/**
 * Parses one allowlist entry, a single address or CIDR (RFC 4632), and normalises it: host bits are cleared
 * (`10.0.0.5/8` is `10.0.0.0/8`), IPv6 is written after RFC 5952, IPv4-mapped IPv6 becomes IPv4, and a
 * single address has no suffix. Undefined for what is not one.
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
  const bytes = Array.from({ length: 16 }, (_, i) => Number.parseInt(lo.slice(i * 2, i * 2 + 2), 16));
  const isMapped = lo.startsWith(MAPPED_PREFIX) && prefix >= 96;
  if (isMapped) return `${bytes.slice(12).join('.')}${prefix === 128 ? '' : `/${prefix - 96}`}`;
  return `${new ipaddr.IPv6(bytes).toRFC5952String()}${prefix === 128 ? '' : `/${prefix}`}`;
}

/**
 * Whom a per-address limit should count: the address itself for IPv4, its /64 for IPv6, since one
 * subscriber commands a whole /64.
 */
export function addressBlock(hex: string): string {
  return hex.startsWith(MAPPED_PREFIX) ? hex : hex.slice(0, 16);
}
