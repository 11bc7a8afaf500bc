import { type AddressRange, addressToHex, type Cidr, isMapped, parseCidr, WORKERS_EGRESS } from '../../lib/ip.ts';

/** `2a06:98c0::/29`: Cloudflare's network around it, which is on its list of addresses for origins to allow. */
const CLOUDFLARE = { lo: '2a0698c0'.padEnd(32, '0'), hi: '2a0698c7'.padEnd(32, 'f') };

/** `::/96`, without `::` and `::1`, is IPv4-compatible IPv6 (RFC 4291 section 2.5.5.1), which no client has. */
const LOOPBACK = '1'.padStart(32, '0');
const LAST_COMPATIBLE = 'ffffffff'.padStart(32, '0');

/**
 * An allowlist entry in its normal spelling, or what is wrong with it: words that follow the entry.
 *
 * Refused beside what is no address: entries that would admit others than they seem to. A range that goes beyond
 * Cloudflare's network, such as `::/0`, is taken as it is written.
 */
export function parseEntry(entry: string): { readonly text: string } | { readonly problem: string } {
  const cidr = parseCidr(entry);
  if (!cidr) return { problem: 'is not an IP address or CIDR range' };
  const problem = problemOf(addressToHex(entry.split('/', 1)[0] ?? '') ?? '', cidr);
  return problem === undefined ? { text: cidr.text } : { problem };
}

/** @param address as it stands in the entry, host bits and all */
function problemOf(address: string, cidr: Cidr): string | undefined {
  if ([address, cidr.hi].some((hex) => LOOPBACK < hex && hex <= LAST_COMPATIBLE)) {
    return 'is an IPv4-compatible IPv6 address, which no client has; write the IPv4 address or range';
  }
  if (isMapped(address) && !isMapped(cidr.lo)) {
    return 'would admit every IPv4 address: the prefix of an IPv4-mapped address is at least 96; write the IPv4 range';
  }
  if (overlap(cidr, WORKERS_EGRESS) && CLOUDFLARE.lo <= cidr.lo && cidr.hi <= CLOUDFLARE.hi) {
    return 'would admit every Cloudflare Worker: all of them call from 2a06:98c0:3600::/48';
  }
  return undefined;
}

const overlap = (a: AddressRange, b: AddressRange) => a.lo <= b.hi && b.lo <= a.hi;
