import { ApiError } from '../api-error.ts';
import type { Actor } from '../context.ts';
import type { Scope } from './scopes.ts';

/** Whether the actor may do what a scope grants. Scopes are for keys; a person may do everything as themselves. */
export function hasScope(actor: Actor, scope: Scope): boolean {
  return actor.type === 'session' || actor.scopes.includes(scope);
}

/** @throws ApiError `missing_scope` unless the actor has the scope */
export function requireScope(actor: Actor, scope: Scope): void {
  if (!hasScope(actor, scope)) throw new ApiError({ code: 'missing_scope', requiredScope: scope });
}
