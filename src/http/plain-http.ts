import type { Exchange } from './exchange.ts';
import type { Answer } from './observed.ts';
import { problem } from './problem.ts';

/**
 * True for a request over plain http where the deployment answers over https. The scheme of the URL is the edge's; headers
 * that name a scheme are the client's, and are not read.
 *
 * @param origin of the deployment, unchecked: `/healthz` answers under a configuration that is not usable, too
 */
export function isInTheClear({ c }: Exchange, origin: string | undefined): boolean {
  return origin?.startsWith('https:') === true && !c.req.raw.url.startsWith('https:');
}

/** Refuses a call in the clear before anything looks at its key (contract section 2). */
export function overHttps(answer: Answer): Answer {
  return function answerOverHttps(exchange) {
    return isInTheClear(exchange, exchange.c.env.API_ORIGIN) ? refuseCall(exchange) : answer(exchange);
  };
}

export const refuseCall: Answer = (exchange) => problem(exchange, { code: 'https_required', sent: 'call' });
