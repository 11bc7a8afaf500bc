import type { RequestContext } from '../request/request-context.ts';
import { toErrorResponse } from '../response/error-response.ts';
import type { Handler } from './with-request-log.ts';

/**
 * True for a request over plain http to a deployment that answers over https. The scheme of the URL is the edge's;
 * headers that name a scheme are the client's, and are not read.
 *
 * @param origin of the deployment, unchecked: `/healthz` answers even with a configuration that is not usable
 */
export function isInTheClear({ c }: RequestContext, origin: string | undefined): boolean {
  return origin?.startsWith('https:') === true && !c.req.raw.url.startsWith('https:');
}

/** Refuses a call in the clear before anything looks at its key (contract section 2). */
export function overHttps(answer: Handler): Handler {
  return function answerOverHttps(context) {
    return isInTheClear(context, context.c.env.API_ORIGIN) ? refuseCall(context) : answer(context);
  };
}

export const refuseCall: Handler = (context) => toErrorResponse(context, { code: 'https_required', sent: 'call' });
