import { githubReportSchema, keyReportSchema } from '../../../domain/leaks/index.ts';
import { githubMatchesSchema, receivedSchema } from '../../../domain/leaks/responses.ts';
import type { Operation } from '../../openapi/operation.ts';

/** Operations by which a found key is reported. */
export const keyReports = {
  reportKeys: {
    tag: 'Service',
    summary: 'Report leaked keys',
    description:
      'Revokes keys that were found in public; needs no account. The response does not tell whether a key was active. We mail ' +
      'the owner once.',
    body: {
      json: keyReportSchema,
      example: { keys: ['jes_live_…'], url: 'https://example.com/paste/4711' },
    },
    answer: { status: 202, description: 'The report was received.', schema: receivedSchema },
    errors: ['rate_limit_exceeded'],
  },
  reportByGithub: {
    tag: 'Service',
    summary: 'Receive matches of GitHub’s secret scanning',
    description:
      'GitHub’s partner protocol: the headers `Github-Public-Key-Identifier` and `Github-Public-Key-Signature` sign the raw body. ' +
      'We revoke every active key before the response.',
    body: {
      json: githubReportSchema,
      example: [{ token: 'jes_live_…', type: 'jestha_api_key', url: 'https://github.com/…', source: 'content' }],
    },
    answer: { status: 200, description: 'The verdict on each match.', schema: githubMatchesSchema },
    errors: ['authentication_required', 'rate_limit_exceeded'],
  },
} as const satisfies Record<string, Operation>;
