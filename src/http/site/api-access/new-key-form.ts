import { DAY_MS } from '../../../config/limits.ts';
import type { Detail } from '../../../domain/api-error.ts';
import type { ClientAddress } from '../../../domain/context.ts';
import type { NewKey, Scope } from '../../../domain/keys/index.ts';
import { textOf } from '../read-form.ts';
import { entryFor, withEntry } from './allowlist-help.tsx';

/** The choices of an expiry, by the value that the form sends: a number of days, or a word. */
export const EXPIRIES = {
  never: 'Never',
  '30': 'In 30 days',
  '90': 'In 90 days',
  '365': 'In a year',
  custom: 'On a date of your own',
} as const;

/**
 * The day on which a key of this choice expires; undefined for `never` and `custom`.
 *
 * @param now unix ms
 */
export function dayOfExpiry(expiry: string, now: number): string | undefined {
  const days = Number(expiry);
  return Number.isInteger(days) ? new Date(now + days * DAY_MS).toISOString() : undefined;
}

/** The form as it was sent, to be shown again as it was. */
export interface NewKeyForm {
  readonly label: string;
  readonly scopes: readonly string[];
  readonly expiry: string;
  /** `2027-01-31`, for the expiry `custom`. */
  readonly expiresOn: string;
  readonly allowlist: string;
  readonly hasAccepted: boolean;
}

/** Scopes to begin with, by their names in a link. */
export const PRESETS: Readonly<Record<string, { readonly words: string; readonly scopes: readonly Scope[] }>> = {
  read: { words: 'Read only', scopes: ['read:comment', 'read:engagement'] },
  post: { words: 'Post', scopes: ['write:jes', 'write:jesclip', 'write:comment'] },
};

/** The form before anything is typed. It suggests 90 days: a key without an expiry must be a choice. */
export const EMPTY_FORM: NewKeyForm = {
  label: '',
  scopes: [],
  expiry: '90',
  expiresOn: '',
  allowlist: '',
  hasAccepted: false,
};

/** @param address of the person now, which the form can add to the allowlist */
export function toNewKeyForm(form: URLSearchParams, address: ClientAddress | undefined): NewKeyForm {
  const allowlist = textOf(form, 'ipAllowlist').replaceAll('\r\n', '\n');
  return {
    label: textOf(form, 'label'),
    scopes: form.getAll('scopes'),
    expiry: textOf(form, 'expiry'),
    expiresOn: textOf(form, 'expiresOn'),
    allowlist: form.has('allowCurrent') && address ? withEntry(allowlist, entryFor(address)) : allowlist,
    hasAccepted: form.has('acceptTerms'),
  };
}

/** The lines of an allowlist that are not empty, each with its number from 1. */
function entriesOf({ allowlist }: NewKeyForm): { line: number; entry: string }[] {
  const lines = allowlist.split('\n').map((text, i) => ({ line: i + 1, entry: text.trim() }));
  return lines.filter(({ entry }) => entry !== '');
}

/** The input of the form, for the verb to check. */
export function toNewKey(form: NewKeyForm): Record<keyof NewKey, unknown> {
  return {
    label: form.label,
    scopes: form.scopes,
    expiresInDays: form.expiry === 'never' || form.expiry === 'custom' ? undefined : Number(form.expiry),
    // A key that ends on a day works until that day is over.
    expiresAt: form.expiry === 'custom' ? `${form.expiresOn}T23:59:59.999Z` : undefined,
    ipAllowlist: entriesOf(form).map(({ entry }) => entry),
    acceptTerms: form.hasAccepted || undefined,
  };
}

/** A date with another choice contradicts it. Scripts select the choice with the date. */
export function contradictionIn({ expiry, expiresOn }: NewKeyForm): Map<string, string> | undefined {
  if (expiry === 'custom' || expiresOn === '') return undefined;
  return new Map([['expiry', `choose “${EXPIRIES.custom}”, or clear the date`]]);
}

/** Errors by the field of the form; those of an allowlist name their lines. */
export function toFormErrors(form: NewKeyForm, details: readonly Detail[]): Map<string, string> {
  const errors = new Map<string, string>();
  const entries = entriesOf(form);
  const ofLines: string[] = [];
  for (const { path, message } of details) {
    const [field = '', index] = path.split('.');
    if (field === 'ipAllowlist' && index !== undefined) {
      ofLines.push(`Line ${entries[Number(index)]?.line ?? '?'}: ${message}`);
    } else {
      const name = field === 'expiresInDays' || field === 'expiresAt' ? 'expiry' : field;
      if (!errors.has(name)) errors.set(name, message);
    }
  }
  if (ofLines.length > 0) errors.set('ipAllowlist', ofLines.join('\n'));
  if (form.expiry === 'custom' && form.expiresOn === '') errors.set('expiry', 'choose the date');
  return errors;
}
