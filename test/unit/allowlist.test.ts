import fc from 'fast-check';
import { Address4, Address6 } from 'ip-address';
import { describe, expect, test } from 'vitest';
import { parseEntry } from '../../src/domain/keys/allowlist.ts';
import { addressToHex, parseCidr } from '../../src/lib/ip.ts';

const COMPATIBLE = 'is an IPv4-compatible IPv6 address, which no client has; write the IPv4 address or range';
const WORKERS = 'would admit every Cloudflare Worker: all of them call from 2a06:98c0:3600::/48';
const EVERY_IPV4 =
  'would admit every IPv4 address: the prefix of an IPv4-mapped address is at least 96; write the IPv4 range';

describe('an allowlist entry', () => {
  test.each([
    ['::127.0.0.1', COMPATIBLE],
    ['::192.0.2.1/96', COMPATIBLE],
    ['::192.0.2.1/128', COMPATIBLE],
    ['::192.0.2.1/64', COMPATIBLE],
    ['0:0:0:0:0:0:192.0.2.1', COMPATIBLE],
    ['::7f00:1', COMPATIBLE],
    ['::2', COMPATIBLE],
    ['::/96', COMPATIBLE],
    ['::/126', COMPATIBLE],
    ['2a06:98c0:3600::/48', WORKERS],
    ['2a06:98c0:3600::103', WORKERS],
    ['2A06:98C0:3600:0::103/64', WORKERS],
    ['2a06:98c0:36ff::/40', WORKERS],
    ['2a06:98c0::/29', WORKERS],
    ['::ffff:10.0.0.0/8', EVERY_IPV4],
    ['::ffff:10.0.0.5/95', EVERY_IPV4],
    ['::ffff:a00:5/90', EVERY_IPV4],
  ])('%s is refused', (entry, problem) => {
    expect(parseEntry(entry)).toEqual({ problem });
  });

  test.each([
    '10.0.0.0/33',
    '010.0.0.1',
    '10.1',
    '0x7f.0.0.1',
    '2130706433',
    '10.0.0.1/08',
    '2001:db8::/129',
    'fe80::1%eth0',
    'fe80::1%25eth0/64',
    'example.com',
    '::010.0.0.1',
    '::ffff:10.1',
    '::256.0.0.1',
    '1:2:3:4:5:6:7:192.0.2.1',
    '1::2:3:4:5:6:7:8',
    '2a06:98c0:3600::103%1',
    '',
    '::ffff:',
    '10.0.0.0/255.0.0.0',
  ])('%j is none', (entry) => {
    expect(parseEntry(entry)).toEqual({ problem: 'is not an IP address or CIDR range' });
  });

  test.each([
    ['::', '::'],
    ['::1', '::1'],
    ['::0.0.0.1', '::1'],
    ['::/127', '::/127'],
    ['::/0', '::/0'],
    ['::/95', '::/95'],
    ['2000::/3', '2000::/3'],
    ['2a06:98c0::/28', '2a06:98c0::/28'],
    ['2a06:98c0:3500::/48', '2a06:98c0:3500::/48'],
    ['2a06:98c0:3601::1', '2a06:98c0:3601::1'],
    ['::ffff:10.0.0.5', '10.0.0.5'],
    ['::ffff:10.0.0.5/104', '10.0.0.0/8'],
    ['::ffff:0:0/96', '0.0.0.0/0'],
    ['64:ff9b::192.0.2.1/96', '64:ff9b::/96'],
    ['0.0.0.0/0', '0.0.0.0/0'],
  ])('%s is %s', (entry, text) => {
    expect(parseEntry(entry)).toEqual({ text });
  });
});

/** Like `fc.ipV6`, with the runs of zeros, embedded IPv4, capitals and spare zeros that people write. */
const group = fc.oneof(
  fc.constantFrom('0', '0', '0000', 'ffff', 'FFFF', '98c0', '3600'),
  fc.integer({ min: 0, max: 0xffff }).map((value) => value.toString(16)),
);
const octet = fc.oneof(fc.constantFrom('0', '1', '255', '256', '01'), fc.nat(255).map(String));
const ipv4 = fc.array(octet, { minLength: 4, maxLength: 4 }).map((octets) => octets.join('.'));
const ipv6 = fc
  .record({
    groups: fc.array(group, { minLength: 0, maxLength: 8 }),
    gap: fc.option(fc.nat(8)),
    tail: fc.option(ipv4, { freq: 2 }),
  })
  .map(({ groups, gap, tail }) => {
    const all = [...groups, ...(tail === null ? [] : [tail])];
    if (gap === null) return all.join(':');
    const at = Math.min(gap, groups.length);
    return `${all.slice(0, at).join(':')}::${all.slice(at).join(':')}`;
  });
const address = fc.oneof(fc.ipV4(), ipv4, fc.ipV6(), ipv6, fc.constantFrom('::', '::1', '2a06:98c0:3600::103'));

/** The second opinion: 128 bits, IPv4 as its IPv4-mapped IPv6; undefined for a text that is no address. */
function second(text: string): bigint | undefined {
  if (text.includes('/') || text.includes('%')) return undefined;
  if (Address4.isValid(text)) return 0xffff_0000_0000n + new Address4(text).bigInt();
  return Address6.isValid(text) ? new Address6(text).bigInt() : undefined;
}

describe('the allowlist agrees with a second library', () => {
  test('on the address of 80,000 generated texts', () => {
    fc.assert(
      fc.property(address, (text) => {
        const hex = addressToHex(text);
        expect([text, hex === undefined ? undefined : BigInt(`0x${hex}`)]).toEqual([text, second(text)]);
      }),
      { numRuns: 80_000 },
    );
  });

  test('on the addresses that 20,000 generated entries admit', () => {
    const suffix = fc.option(fc.nat(129));
    fc.assert(
      fc.property(address, suffix, address, (base, bits, client) => {
        const entry = bits === null ? base : `${base}/${bits}`;
        const known = second(base);
        const width = base.includes(':') ? 128 : 32;
        const cidr = parseCidr(entry);
        if (known === undefined || (bits ?? 0) > width) {
          expect([entry, cidr]).toEqual([entry, undefined]);
          return;
        }
        // The subnet by the other library; an IPv4 address is looked for among the IPv4-mapped ones.
        const prefix = (bits ?? width) + 128 - width;
        const subnet = Address6.fromBigInt(known);
        subnet.subnetMask = prefix;
        const [first, last] = [subnet.startAddress().bigInt(), subnet.endAddress().bigInt()];
        expect([entry, BigInt(`0x${cidr?.lo}`), BigInt(`0x${cidr?.hi}`)]).toEqual([entry, first, last]);
        // Addresses from anywhere, and from both sides of both ends.
        const others = [first - 1n, first, last, last + 1n].filter((value) => value >= 0n && value >> 128n === 0n);
        for (const value of [second(client) ?? first, ...others]) {
          const host = Address6.fromBigInt(value);
          const hex = addressToHex(host.correctForm()) ?? 'none';
          const isAdmitted = cidr !== undefined && cidr.lo <= hex && hex <= cidr.hi;
          expect([entry, hex, isAdmitted]).toEqual([entry, hex, host.isInSubnet(subnet)]);
        }
        // The stored text parses to the same block.
        expect(parseCidr(cidr?.text ?? '')).toEqual(cidr);
      }),
      { numRuns: 20_000 },
    );
  });
});
