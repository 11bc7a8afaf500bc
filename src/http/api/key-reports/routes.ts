import { GITHUB_REPORT_MAX_BYTES } from '../../../config/limits.ts';
import { countVisitor } from '../../guards/count-visitor.ts';
import { readBytes } from '../../request/read-bytes.ts';
import { readJson, requireJsonType } from '../../request/read-json.ts';
import { reply } from '../../response/reply.ts';
import type { Endpoint, VisitorEndpoint } from '../endpoint.ts';

/** Loaded when first asked for: hardly an isolate ever is. */
const leaks = () => import('../../../domain/leaks/index.ts');

/** Any holder of a key may revoke it. The response does not depend on the result. */
const postKeyReport = {
  operationId: 'reportKeys',
  method: 'POST',
  path: '/api/key-reports',
  access: 'visitor',
  async handle(context) {
    await countVisitor(context);
    const { reportKeys } = await leaks();
    await reportKeys(context.ctx, await readJson(context.c.req.raw));
    return reply(context, 202, { received: true });
  },
} as const satisfies VisitorEndpoint;

/** GitHub's secret scanning partner protocol. */
const postGithubReport = {
  operationId: 'reportByGithub',
  method: 'POST',
  path: '/api/key-reports/github',
  access: 'visitor',
  async handle(context) {
    await countVisitor(context);
    const { reportByGithub, requireGithubSignature } = await leaks();
    const { headers } = context.c.req.raw;
    const body = await readBytes(context.c.req.raw, GITHUB_REPORT_MAX_BYTES);
    await requireGithubSignature(context.ctx, body, {
      keyId: headers.get('Github-Public-Key-Identifier'),
      signature: headers.get('Github-Public-Key-Signature'),
    });
    requireJsonType(context.c.req.raw);
    return reply(context, 200, await reportByGithub(context.ctx, body));
  },
} as const satisfies VisitorEndpoint;

/** Reports of found keys, by anybody and by GitHub; they need no credential. */
export const keyReportEndpoints: readonly Endpoint[] = [postKeyReport, postGithubReport];
