import { ApiError } from '../../domain/api-error.ts';
import type { RequestContext } from './request-context.ts';

/** @throws ApiError `not_acceptable` */
export function requireJsonAccepted({ c }: RequestContext): void {
  if (!acceptsJson(c.req.raw.headers.get('Accept'))) throw new ApiError({ code: 'not_acceptable' });
}

/** Checks `Accept` for JSON by RFC 9110 section 12.5.1: the most specific range that covers JSON decides. */
export function acceptsJson(accept: string | null): boolean {
  if (!accept || accept === '*/*') return true;
  const ranges = new Map(
    accept.split(',').map((range) => {
      const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
      const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
      return [type, quality === undefined || Number(quality) > 0] as const;
    }),
  );
  return ranges.get('application/json') ?? ranges.get('application/*') ?? ranges.get('*/*') ?? false;
}
