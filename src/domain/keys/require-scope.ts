import type { Actor } from '../context.ts';
import { Refused } from '../refusal.ts';
import type { Scope } from './scopes.ts';

/** Whether the actor may do what a scope grants. Scopes are for keys; a person may do everything as themselves. */
export function hasScope(actor: Actor, scope: Scope): boolean {
  return actor.type === 'session' || actor.scopes.includes(scope);
}

/** @throws Refused `missing_scope` unless the actor has the scope */
export function requireScope(actor: Actor, scope: Scope): void {
  if (!hasScope(actor, scope)) throw new Refused({ code: 'missing_scope', requiredScope: scope });
}
