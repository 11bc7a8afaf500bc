import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import * as z from 'zod';

/** The time that a change waits for others before all of them are written: a killed process loses that much. */
const SAVE_DELAY_MS = 250;

const DIGEST_BYTES = 32;

/** The data of an ioredis-mock, as it keeps them: texts and buffers, objects for hashes, sets, maps for sorted sets. */
export interface MockData {
  readonly data: { keys(): string[]; get(key: string): unknown; set(key: string, value: unknown): void };
  /** Unix milliseconds. */
  readonly expires: { has(key: string): boolean; get(key: string): number; set(key: string, at: number): void };
}

const snapshotSchema = z.array(z.tuple([z.string(), z.unknown(), z.number().nullable()]));

/** Keeps a Redis in a file. */
export interface RedisFile {
  /** Something may have changed: the file is written soon. */
  touch(): void;
  /** Writes the file now. */
  save(): void;
}

/**
 * Reads a Redis from its file and keeps it there: all keys with their values and the times at which they expire. A file
 * that is damaged is put aside as `{path}.damaged`, and Redis begins empty.
 *
 * @param onDamage receives the path of the file that was put aside
 */
export function keepInFile(redis: MockData, path: string, onDamage: (aside: string) => void): RedisFile {
  for (const [key, value, expiresAt] of readSnapshot(path, onDamage)) {
    if (expiresAt !== null && expiresAt <= Date.now()) continue;
    redis.data.set(key, value);
    if (expiresAt !== null) redis.expires.set(key, expiresAt);
  }
  let written: Buffer | undefined;
  let timer: NodeJS.Timeout | undefined;
  function save(): void {
    clearTimeout(timer);
    timer = undefined;
    const snapshot = redis.data
      .keys()
      .map((key) => [key, redis.data.get(key), redis.expires.has(key) ? redis.expires.get(key) : null]);
    const payload = serialize(snapshot);
    if (written?.equals(payload)) return;
    mkdirSync(dirname(path), { recursive: true });
    // A file of its own first, so that a process that is killed leaves the old one or the new one.
    writeFileSync(`${path}.new`, Buffer.concat([digestOf(payload), payload]), { mode: 0o600 });
    renameSync(`${path}.new`, path);
    written = payload;
  }
  return {
    touch() {
      timer ??= setTimeout(save, SAVE_DELAY_MS).unref();
    },
    save,
  };
}

function readSnapshot(path: string, onDamage: (aside: string) => void): z.infer<typeof snapshotSchema> {
  try {
    const file = readFileSync(path);
    const payload = file.subarray(DIGEST_BYTES);
    if (!file.subarray(0, DIGEST_BYTES).equals(digestOf(payload))) throw new Error('the digest is another');
    return snapshotSchema.parse(deserialize(payload));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    const aside = `${path}.damaged`;
    renameSync(path, aside);
    onDamage(aside);
    return [];
  }
}

const digestOf = (payload: Uint8Array) => createHash('sha256').update(payload).digest();
