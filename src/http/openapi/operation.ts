import type * as z from 'zod';
import type { ErrorCode } from '../../config/errors.ts';
import type { HeaderName } from './headers.ts';

/** The groups of operations in the description. */
export const TAGS = {
  Account: 'Who the caller is.',
  Posts: 'A *Jes* is a post; a *bounce* shows one again, with words of one’s own or without.',
  JesClips: 'A *JesClip* is a short video.',
  Comments: 'Comments, and replies to them.',
  People: 'What only a signed-in person does: likes, saves, votes, follows, JeHubs.',
  Webhooks: 'What happens in an account, sent to a URL as it happens, or polled.',
  'API keys': 'For the person whose keys they are, signed in.',
  Sessions: 'Signing up, in and out.',
  Service: 'Whether it runs, and how it is described.',
} as const;

/**
 * The promises of an endpoint beyond its route: read by the OpenAPI document, the types of the client, and the suites
 * that hold every response to it. They stand apart from the endpoint so that no call with a key pays for them.
 */
export interface Operation {
  readonly tag: keyof typeof TAGS;
  readonly summary: string;
  readonly description?: string;
  /** The variables in the path. */
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: RequestBody;
  /** A write that takes an `Idempotency-Key`. */
  readonly isRepeatable?: true;
  readonly answer: Success;
  /** Beyond those that follow from its access, scope, body and parameters (see `codes.ts`). */
  readonly errors?: readonly ErrorCode[];
}

/** The very schemas that its verb parses; one of the two at least. */
export interface RequestBody {
  readonly json?: z.ZodType;
  /** The same as a form; its fields that are objects are JSON. */
  readonly multipart?: z.ZodObject;
  readonly isOptional?: true;
  readonly example?: unknown;
}

/** The answer of an operation that succeeds. */
export interface Success {
  readonly status: 200 | 201 | 202 | 204;
  readonly description: string;
  /** Undefined = nothing is answered. */
  readonly schema?: z.ZodType;
  /** Those of its own. */
  readonly headers?: readonly HeaderName[];
  /** The response carries an `ETag`, and is 304 to a request that names it. */
  readonly isCacheable?: true;
}
