import { githubMatchesSchema, receivedSchema } from '../../domain/leaks/answers.ts';
import { githubReportSchema, keyReportSchema } from '../../domain/leaks/index.ts';
import type { Operation } from './operation.ts';

export const keyReports = {
  reportKeys: {
    tag: 'Service',
    summary: 'Report keys that were found',
    description:
      'Ends keys that somebody found where others can read them, without an account. The response is the same whether a key ' +
      'lived or not. The owner is mailed, once.',
    body: {
      json: keyReportSchema,
      example: { keys: ['jes_live_…'], url: 'https://example.com/paste/4711' },
    },
    answer: { status: 202, description: 'It was received.', schema: receivedSchema },
    errors: ['rate_limit_exceeded'],
  },
  reportByGithub: {
    tag: 'Service',
    summary: 'Report keys by GitHub’s secret scanning',
    description:
      'GitHub’s partner protocol: the headers `Github-Public-Key-Identifier` and `Github-Public-Key-Signature` sign the raw body. ' +
      'Every live key is revoked before the response.',
    body: {
      json: githubReportSchema,
      example: [{ token: 'jes_live_…', type: 'jestha_api_key', url: 'https://github.com/…', source: 'content' }],
    },
    answer: { status: 200, description: 'What each match is.', schema: githubMatchesSchema },
    errors: ['authentication_required', 'rate_limit_exceeded'],
  },
} as const satisfies Record<string, Operation>;
