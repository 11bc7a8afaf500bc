import type { ClientAddress } from '../domain/context.ts';
import { addressToHex } from '../lib/ip.ts';

/**
 * The client's address as Cloudflare gives it, and nothing a caller could write himself. `CF-Connecting-IPv6` is
 * there when Pseudo IPv4 has put a made-up address into `CF-Connecting-IP`.
 */
export function clientAddress(headers: Headers): ClientAddress | undefined {
  const text = headers.get('CF-Connecting-IPv6') ?? headers.get('CF-Connecting-IP');
  const hex = text === null ? undefined : addressToHex(text);
  return text === null || hex === undefined ? undefined : { text, hex };
}
