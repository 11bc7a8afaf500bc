import type { ClientAddress } from '../../domain/context.ts';
import { addressToHex, isClassE, isIpv6 } from '../../lib/ip.ts';

/**
 * The client's address as Cloudflare's edge writes it into `CF-Connecting-IP` (contract section 4). A client can send
 * every other header itself, `CF-Connecting-IPv6` included: the edge overwrites that one only in Pseudo IPv4's mode
 * "overwrite headers", and then `CF-Connecting-IP` is a class E address that the edge made up.
 *
 * @returns undefined without a readable address: an allowlist then refuses, and limits count such clients as one
 */
export function clientAddress(headers: Headers): ClientAddress | undefined {
  const address = read(headers, 'CF-Connecting-IP');
  if (!address || !isClassE(address.hex)) return address;
  const real = read(headers, 'CF-Connecting-IPv6');
  return real && isIpv6(real.hex) ? real : undefined;
}

function read(headers: Headers, name: string): ClientAddress | undefined {
  const text = headers.get(name);
  const hex = text === null ? undefined : addressToHex(text);
  return text === null || hex === undefined ? undefined : { text, hex };
}
