import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DbFunction } from '../data/db-function.ts';
import { COMMENT_FUNCTIONS } from '../domain/comments/index.ts';
import { ACTOR_FUNCTIONS } from '../domain/idempotency/index.ts';
import { JESCLIP_FUNCTIONS } from '../domain/jesclips/index.ts';
import { EVENT_FUNCTIONS } from '../domain/outbox/index.ts';
import { JES_FUNCTIONS } from '../domain/posts/index.ts';

const ROOT = join(import.meta.dirname, '../..');
const MIGRATIONS = join(ROOT, 'migrations');

/** Every query that stands in the database as a function. */
export const DB_FUNCTIONS: readonly DbFunction[] = [
  ...ACTOR_FUNCTIONS,
  ...EVENT_FUNCTIONS,
  ...JES_FUNCTIONS,
  ...JESCLIP_FUNCTIONS,
  ...COMMENT_FUNCTIONS,
];

/** The statement of the migrations that creates a function, or undefined: none does yet. */
export function migratedDefinition(name: string): string | undefined {
  const texts = migrationFiles().map((file) => readFileSync(join(MIGRATIONS, file), 'utf8'));
  const start = `CREATE FUNCTION ${name}(`;
  const text = texts.find((one) => one.includes(start));
  return text?.slice(text.indexOf(start), text.indexOf('$$;', text.indexOf(start)) + 3);
}

const migrationFiles = () => readdirSync(MIGRATIONS).filter((file) => file.endsWith('.sql'));

/** Writes a migration with the functions that no migration creates. */
function writeMigration(options: readonly string[]): void {
  const added = DB_FUNCTIONS.filter(({ name }) => migratedDefinition(name) === undefined);
  if (added.length === 0) return;
  const before = new Set(migrationFiles());
  const kit = join(ROOT, 'node_modules/.bin/drizzle-kit');
  execFileSync(kit, ['generate', '--custom', '--config', 'migrations/drizzle.config.ts', ...options], { cwd: ROOT });
  const [file] = migrationFiles().filter((name) => !before.has(name));
  if (!file) throw new Error('drizzle-kit wrote no migration');
  const text = added.map(({ definition }) => `${definition}\n`).join('--> statement-breakpoint\n');
  writeFileSync(join(MIGRATIONS, file), text);
}

if (import.meta.main) writeMigration(process.argv.slice(2));
