import type { Endpoint } from '../api/endpoint.ts';
import { type CachedText, toCached } from '../response/cached.ts';
import { describeApi } from './document.ts';

/** Made once for an isolate, which has one origin and one list of endpoints. */
let made: (CachedText & { readonly apiOrigin: string }) | undefined;

/** The OpenAPI document of these endpoints, as it is sent. */
export async function openapiFile(endpoints: readonly Endpoint[], apiOrigin: string): Promise<CachedText> {
  if (made?.apiOrigin === apiOrigin) return made;
  made = { apiOrigin, ...(await toCached(JSON.stringify(describeApi(endpoints, apiOrigin)))) };
  return made;
}
