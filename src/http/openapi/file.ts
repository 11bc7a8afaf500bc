import { sha256Hex } from '../../lib/hash.ts';
import { ENDPOINTS } from '../api/index.ts';
import { describeApi } from './document.ts';

/** The OpenAPI document as it is sent. */
export interface OpenapiFile {
  readonly text: string;
  readonly etag: string;
}

/** Made once for an isolate, which has one origin. */
let made: (OpenapiFile & { readonly apiOrigin: string }) | undefined;

export async function openapiFile(apiOrigin: string): Promise<OpenapiFile> {
  if (made?.apiOrigin === apiOrigin) return made;
  const text = JSON.stringify(describeApi(ENDPOINTS, apiOrigin));
  made = { apiOrigin, text, etag: `"${(await sha256Hex(text)).slice(0, 32)}"` };
  return made;
}
