import * as z from 'zod';
import {
  ISOLATE_RECORDS_MAX,
  RECORD_TTL_MS,
  SUSPENDED_RECORD_TTL_MS,
  TOMBSTONE_TTL_MS,
  UNKNOWN_RECORD_TTL_MS,
} from '../../config/limits.ts';
import type { Entry } from '../../data/redis.ts';
import { RECORD_VERSION, SUSPENDED, UNKNOWN_RECORD } from '../../data/scripts/authorize.ts';
import { BoundedMap } from '../../lib/bounded-map.ts';
import { type AddressRange, mergeRanges } from '../../lib/ip.ts';
import { type Profile, profileSchema } from '../accounts/index.ts';

export const REVOKED_REASONS = ['user', 'admin', 'leaked'] as const;
export type RevokedReason = (typeof REVOKED_REASONS)[number];

/** All that the hot path needs to know of a key: a copy of Neon's truth, kept in Redis under the key's hash. */
export interface KeyRecord {
  readonly revokedReason: RevokedReason | null;
  /** The account is suspended. */
  readonly isSuspended: boolean;
  /** Unix ms. */
  readonly expiresAt: number | null;
  /** Empty = any address. */
  readonly ranges: readonly AddressRange[];
  /** When it was read from Neon, unix ms. */
  readonly loadedAt: number;
  readonly key: { readonly id: string; readonly label: string; readonly scopes: readonly string[] };
  readonly owner: Profile;
}

export const recordKey = (hash: string) => `key:${hash}`;
export const windowsKey = (hash: string) => `windows:${hash}`;
export const usageKey = (hash: string) => `usage:${hash}`;

/** A record as it stands in Redis; the head is what the authorize script reads (see there). */
export function encodeRecord(record: KeyRecord): string {
  const head = [
    RECORD_VERSION,
    record.revokedReason ?? (record.isSuspended ? SUSPENDED : ''),
    record.expiresAt ?? '',
    mergeRanges(record.ranges)
      .map(({ lo, hi }) => `,${lo}-${hi}`)
      .join(''),
    record.loadedAt,
  ];
  return `${head.join('|')}|${JSON.stringify({ key: record.key, owner: record.owner })}`;
}

const tailSchema = z.object({
  key: z.object({ id: z.string(), label: z.string(), scopes: z.array(z.string()) }),
  owner: profileSchema,
});

const HEAD = new RegExp(
  `^${RECORD_VERSION}\\|(|${SUSPENDED}|${REVOKED_REASONS.join('|')})\\|(\\d*)\\|([0-9a-f,-]*)\\|(\\d+)\\|`,
);

/** Records by their text: a key in use has the same one from call to call. */
const decoded = new BoundedMap<string, KeyRecord>(ISOLATE_RECORDS_MAX);

/** The record in a text that {@link encodeRecord} made, or undefined where it cannot be read. */
export function decodeRecord(text: string): KeyRecord | undefined {
  const known = decoded.get(text);
  if (known) return known;
  const record = parseRecord(text);
  if (record) decoded.set(text, record);
  return record;
}

function parseRecord(text: string): KeyRecord | undefined {
  const head = HEAD.exec(text);
  if (!head) return undefined;
  const [{ length }, ended, expiresAt, ranges = '', loadedAt] = head;
  try {
    const tail = tailSchema.parse(JSON.parse(text.slice(length)));
    return {
      revokedReason: REVOKED_REASONS.find((reason) => reason === ended) ?? null,
      isSuspended: ended === SUSPENDED,
      expiresAt: expiresAt ? Number(expiresAt) : null,
      ranges: ranges.split(',').filter(Boolean).map(decodeRange),
      loadedAt: Number(loadedAt),
      ...tail,
    };
  } catch {
    return undefined;
  }
}

function decodeRange(range: string): AddressRange {
  const [lo = '', hi = ''] = range.split('-');
  return { lo, hi };
}

/** The Redis entry for what Neon said of a hash: a key's record, its marker of an end, or "no such key". */
export function recordEntry(hash: string, record: KeyRecord | null): Entry {
  const key = recordKey(hash);
  if (!record) return { key, value: UNKNOWN_RECORD, ttlMs: UNKNOWN_RECORD_TTL_MS };
  return { key, value: encodeRecord(record), ttlMs: lifeOf(record) };
}

function lifeOf({ revokedReason, isSuspended }: KeyRecord): number {
  if (revokedReason) return TOMBSTONE_TTL_MS;
  return isSuspended ? SUSPENDED_RECORD_TTL_MS : RECORD_TTL_MS;
}
