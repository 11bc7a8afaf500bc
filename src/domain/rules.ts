import { ruleOf } from '../data/db.ts';
import type { ApiError } from './api-error.ts';

/** The error for each rule that a write may refuse by: the name of a constraint, or one given to `unlessBroken`. */
export type Rules = Readonly<Record<string, () => ApiError | Promise<ApiError>>>;

/** The error for the rule by which Postgres refused a write; undefined for any other rule. */
export async function brokenRule(error: unknown, rules: Rules): Promise<ApiError | undefined> {
  const rule = ruleOf(error);
  return rule !== undefined && Object.hasOwn(rules, rule) ? await rules[rule]?.() : undefined;
}
