import type { Actor } from '../context.ts';
import { Refused } from '../refusal.ts';
import type { Scope } from './scopes.ts';

/** @throws Refused `missing_scope` unless the actor's key has the scope */
export function requireScope(actor: Actor, scope: Scope): void {
  if (!actor.scopes.includes(scope)) throw new Refused({ code: 'missing_scope', requiredScope: scope });
}
