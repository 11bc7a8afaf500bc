import type { Profile } from '../accounts/index.ts';
import type { Actor, Ctx } from '../context.ts';
import type { LimitStatus } from '../limits/index.ts';
import type { Refusal } from '../refusal.ts';

/** The client's address as Cloudflare gives it (contract section 4). */
export interface ClientAddress {
  readonly text: string;
  /** 32 hexadecimal digits (see `lib/ip.ts`). */
  readonly hex: string;
}

/** What authentication needs to know of a request. */
export interface Credentials {
  /** The header of that name. */
  readonly authorization: string | null;
  /** Undefined where there is none, or an unreadable one. Read only when it matters: a bad key must cost nothing. */
  address(): ClientAddress | undefined;
  /** Whether the window of `POST /api/posts` applies too. */
  readonly isPost: boolean;
}

/** The limits of the key, as far as they were looked at. */
export interface Limits extends LimitStatus {
  /** Redis is away: the figures are this isolate's own. */
  readonly degraded: boolean;
}

export type Authentication =
  | { readonly outcome: 'admitted'; readonly actor: Actor; readonly owner: Profile; readonly limits: Limits }
  | {
      readonly outcome: 'refused';
      readonly refusal: Refusal;
      /** Whose credential it was, where that is known; for the log. */
      readonly actor?: Actor;
      readonly limits?: Limits;
    };

/** Knows one type of credential by the prefix of its token, without any look-up. */
export interface Validator {
  readonly prefix: string;
  validate(ctx: Ctx, token: string, credentials: Credentials): Promise<Authentication>;
}

export function refused(refusal: Refusal): Authentication {
  return { outcome: 'refused', refusal };
}
