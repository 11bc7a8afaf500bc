import * as z from 'zod';
import { toHex, utf8 } from '../lib/bytes.ts';

/** A name that leads nowhere (RFC 6761). */
const ALIAS_END = '@alias.invalid';

const libraryTakes = z.email();

/**
 * The address of an account inside better-auth. Each of its calls refuses addresses that browsers take, such as `r&d@…`
 * and `…@xn--80a1acny.xn--p1ai`; they travel through it in hexadecimal.
 */
export function toAlias(email: string): string {
  if (!email.endsWith(ALIAS_END) && libraryTakes.safeParse(email).success) return email;
  return `${toHex(utf8(email))}${ALIAS_END}`;
}

/** The address that {@link toAlias} encoded. */
export function fromAlias(alias: string): string {
  if (!alias.endsWith(ALIAS_END)) return alias;
  return decodeURIComponent(alias.slice(0, -ALIAS_END.length).replaceAll(/../g, '%$&'));
}

/**
 * Rows and conditions with another spelling of their addresses: an object's `email`, or the `value` of a condition on
 * it. better-auth's own adapters build both of plain objects and lists.
 */
export function mapEmails(value: unknown, spell: (email: string) => string): unknown {
  if (Array.isArray(value)) return value.map((one) => mapEmails(one, spell));
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  const name = 'field' in value && value.field === 'email' ? 'value' : 'email';
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [
      key,
      key === name && typeof one === 'string' ? spell(one) : mapEmails(one, spell),
    ]),
  );
}
