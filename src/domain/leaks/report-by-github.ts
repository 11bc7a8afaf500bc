import { TOKENS_PER_REPORT } from '../../config/limits.ts';
import { sha256Hex } from '../../lib/hash.ts';
import { ApiError, invalidField } from '../api-error.ts';
import type { Ctx } from '../context.ts';
import { announceRevocations } from '../keys/index.ts';
import { revokeFound } from './revoke-found.ts';
import { githubReportSchema } from './schemas.ts';
import { sendLeakMails } from './send-leak-mails.ts';

/** The response to GitHub about one match. */
export interface GithubMatch {
  /** SHA-256 of the token, hexadecimal. */
  readonly token_hash: string;
  readonly token_type: string;
  readonly label: 'true_positive' | 'false_positive';
}

/**
 * A report by GitHub's secret scanning partner protocol, after `requireGithubSignature`. Every live key is revoked
 * everywhere before this returns; a dead one was a real key, too.
 *
 * @throws ApiError `invalid_json`, `invalid_request`, `service_unavailable`
 */
export async function reportByGithub(ctx: Ctx, body: Uint8Array<ArrayBuffer>): Promise<readonly GithubMatch[]> {
  const matches = githubReportSchema.safeParse(parse(body));
  if (!matches.success) throw invalidField('body', 'must be a list of matches, each with a token and a type');
  if (matches.data.length > TOKENS_PER_REPORT) throw invalidField('body', `at most ${TOKENS_PER_REPORT} matches`);
  const found = matches.data.map(({ token, url }) => ({ key: token, url }));
  const { hashes, known, revoked } = await revokeFound(ctx, found);
  if (!(await announceRevocations(ctx, revoked)))
    throw new ApiError({ code: 'service_unavailable', why: 'revocations' });
  if (revoked.length > 0) ctx.defer(sendLeakMails(ctx));
  return await Promise.all(
    matches.data.map(async ({ token, type }, i) => {
      const hash = hashes[i] ?? (await sha256Hex(token));
      return { token_hash: hash, token_type: type, label: known.has(hash) ? 'true_positive' : 'false_positive' };
    }),
  );
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(body));
  } catch {
    throw new ApiError({ code: 'invalid_json' });
  }
}
