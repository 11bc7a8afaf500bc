import { describe, expect, test } from 'vitest';
import { clientAddress } from '../../src/http/request/client-address.ts';

const addressOf = (headers: HeadersInit) => clientAddress(new Headers(headers))?.text;

/** An address of Pseudo IPv4, and the real one that the edge puts beside it. */
const PSEUDO = '240.16.0.1';
const REAL = '2001:db8:1::9';

describe('the client’s address', () => {
  test.each([
    '192.0.2.9',
    '2001:db8::1',
    '::ffff:192.0.2.9',
    '239.255.255.255',
    '0.0.0.0',
  ])('%s in CF-Connecting-IP stands, whatever CF-Connecting-IPv6 says', (address) => {
    expect(addressOf({ 'CF-Connecting-IP': address })).toBe(address);
    expect(addressOf({ 'CF-Connecting-IP': address, 'CF-Connecting-IPv6': REAL })).toBe(address);
    expect(addressOf({ 'CF-Connecting-IP': address, 'CF-Connecting-IPv6': 'nonsense' })).toBe(address);
  });

  test.each([
    '240.0.0.0',
    '240.16.0.1',
    '248.1.2.3',
    '255.255.255.255',
    '::ffff:240.16.0.1',
    '::FFFF:f010:1',
  ])('is CF-Connecting-IPv6 where CF-Connecting-IP is the class E address %s', (address) => {
    expect(addressOf({ 'CF-Connecting-IP': address, 'CF-Connecting-IPv6': REAL })).toBe(REAL);
  });

  test('is unknown where CF-Connecting-IP is class E and CF-Connecting-IPv6 is absent', () => {
    expect(addressOf({ 'CF-Connecting-IP': PSEUDO })).toBe(undefined);
    expect(addressOf({ 'CF-Connecting-IP': '::ffff:255.255.255.255' })).toBe(undefined);
  });

  test.each([
    '',
    '10.0.0.1',
    PSEUDO,
    '::ffff:10.0.0.1',
    '::ffff:a00:1',
    '0:0:0:0:0:ffff:10.0.0.1',
    '::10.0.0.1',
    '::a00:1',
    '::',
    '::1',
    'fe80::1%eth0',
    '[2001:db8::1]',
    '[2001:db8::1]:443',
    '2001:db8::1, 2001:db8::2',
    '2001:db8::1/64',
    '2001:db8::g',
    'localhost',
  ])('is unknown where CF-Connecting-IPv6 beside a class E address is "%s", no real IPv6 address', (address) => {
    expect(addressOf({ 'CF-Connecting-IP': PSEUDO, 'CF-Connecting-IPv6': address })).toBe(undefined);
  });

  test.each([
    '',
    'unknown',
    '192.0.2.9:443',
    '[2001:db8::1]',
    '192.0.2.9/32',
    'fe80::1%eth0',
    '192.0.2',
    '0300.0.2.9',
    '192.0.2.9, 10.0.0.1',
  ])('is unknown where CF-Connecting-IP is "%s", whatever other headers say', (address) => {
    expect(addressOf({ 'CF-Connecting-IP': address, ...POSES, 'CF-Connecting-IPv6': REAL })).toBe(undefined);
  });

  test('is unknown without CF-Connecting-IP, even with other address headers', () => {
    expect(addressOf({ ...POSES, 'CF-Connecting-IPv6': REAL })).toBe(undefined);
  });

  test('is unknown where CF-Connecting-IP or CF-Connecting-IPv6 came twice', () => {
    const twice = new Headers({ 'CF-Connecting-IP': '192.0.2.9' });
    twice.append('CF-Connecting-IP', '192.0.2.9');
    expect(addressOf(twice)).toBe(undefined);
    const real = new Headers({ 'CF-Connecting-IP': PSEUDO, 'CF-Connecting-IPv6': REAL });
    real.append('CF-Connecting-IPv6', REAL);
    expect(addressOf(real)).toBe(undefined);
  });
});

/** Headers that proxies write, and that a client can write as well. */
const POSES = {
  'X-Forwarded-For': '10.0.0.1',
  'X-Real-IP': '10.0.0.1',
  'True-Client-IP': '10.0.0.1',
  'X-Client-IP': '10.0.0.1',
  'Client-IP': '10.0.0.1',
  'X-Cluster-Client-IP': '10.0.0.1',
  'Fastly-Client-IP': '10.0.0.1',
  Forwarded: 'for=10.0.0.1',
  'CF-Pseudo-IPv4': '10.0.0.1',
  Via: '1.1 10.0.0.1',
};
