import { ENDPOINTS } from '../api/index.ts';
import { type CachedText, toCached } from '../cached.ts';
import { describeApi } from './document.ts';

/** Made once for an isolate, which has one origin. */
let made: (CachedText & { readonly apiOrigin: string }) | undefined;

/** The OpenAPI document as it is sent. */
export async function openapiFile(apiOrigin: string): Promise<CachedText> {
  if (made?.apiOrigin === apiOrigin) return made;
  made = { apiOrigin, ...(await toCached(JSON.stringify(describeApi(ENDPOINTS, apiOrigin)))) };
  return made;
}
