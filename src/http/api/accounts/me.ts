import type { Profile } from '../../../domain/accounts/index.ts';
import { replyJson } from '../../response/reply.ts';
import type { CallerEndpoint } from '../endpoint.ts';

/**
 * Who am I? A key is answered from its record without a statement, unless it wrote a moment ago (contract section 7).
 */
export const getMe = {
  operationId: 'getMe',
  method: 'GET',
  path: '/api/auth/me',
  access: 'caller',
  profile: 'shows',
  handle: (context, { owner }) => replyJson(context, 200, jsonOf(owner)),
} as const satisfies CallerEndpoint;

/** The record of a key, and with it the profile, is the same object from request to request. */
const written = new WeakMap<Profile, string>();

function jsonOf(profile: Profile): string {
  const known = written.get(profile);
  if (known !== undefined) return known;
  const json = JSON.stringify(profile);
  written.set(profile, json);
  return json;
}
