import type { Exchange } from './exchange.ts';

/** Somebody has followed a link or typed an address. Callers of the API get JSON, whatever they accept. */
export function wantsPage({ c: { req } }: Exchange): boolean {
  return !/^\/api(?:\/|$)/.test(req.path) && (req.raw.headers.get('Accept') ?? '').includes('text/html');
}
