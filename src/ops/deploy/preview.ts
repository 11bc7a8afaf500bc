import { randomBytes } from 'node:crypto';
import { appendFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { experimental_readRawConfig } from 'wrangler';
import * as z from 'zod';
import { ROOT } from '../../dev/state.ts';
import { connectSql, migrate } from '../migrate.ts';
import { previewConfig } from './preview-config.ts';
import { runWrangler, uploadVersion } from './wrangler.ts';

const USAGE = 'node src/ops/deploy/preview.ts init|up; src/DEPLOYMENT.md lists the variables of the environment.';

const required = (name: string) => z.string({ error: `${name} is not set.` }).min(1, `${name} is empty.`);

const upSchema = z.object({
  /** Becomes a part of names. */
  PULL_REQUEST: z
    .string({ error: 'PULL_REQUEST is not set.' })
    .regex(/^[1-9]\d{0,9}$/, 'PULL_REQUEST must be a number.'),
  /** A database for this pull request alone: the workflow makes a branch of Neon. */
  DATABASE_URL: required('DATABASE_URL'),
  UPSTASH_REDIS_REST_URL: required('UPSTASH_REDIS_REST_URL'),
  UPSTASH_REDIS_REST_TOKEN: required('UPSTASH_REDIS_REST_TOKEN'),
  /** `example` of `example.workers.dev`. */
  WORKERS_SUBDOMAIN: required('WORKERS_SUBDOMAIN'),
  NEON_SQL_ENDPOINT: z.string().optional(),
  /** The file from which GitHub takes variables for later steps. */
  GITHUB_ENV: z.string().optional(),
  GITHUB_OUTPUT: z.string().optional(),
});

/** A version of the preview Worker at an address of its own, over a database of its own. */
async function up(): Promise<void> {
  const env = upSchema.parse(process.env);
  const name = `pr-${env.PULL_REQUEST}`;
  // From here on GitHub redacts it in the log, also where it prints the environment of the next step.
  if (env.GITHUB_ENV) console.log(`::add-mask::${env.DATABASE_URL}`);
  const applied = await migrate(connectSql(env.DATABASE_URL, env.NEON_SQL_ENDPOINT));
  console.log(`${applied} migration(s) applied.`);

  const preview = readPreviewConfig();
  const origin = `https://${name}-${preview.name}.${env.WORKERS_SUBDOMAIN}.workers.dev`;
  const vars = { ...preview.vars, WEB_ORIGIN: origin, API_ORIGIN: origin };
  await withFile('config', { ...preview, vars }, (config) =>
    withFile('secrets', secretsOf(env), async (secrets) => {
      const args = ['--config', config, '--secrets-file', secrets, '--preview-alias', name];
      const { aliasUrl } = await uploadVersion(args);
      if (aliasUrl !== origin) throw new Error(`The preview is at ${aliasUrl}; is WORKERS_SUBDOMAIN right?`);
    }),
  );
  console.log(`The preview is at ${origin}`);
  // For `npm run demo`, which makes itself an account and keys.
  if (env.GITHUB_ENV) await appendFile(env.GITHUB_ENV, `DATABASE_URL=${env.DATABASE_URL}\nJESTHA_ORIGIN=${origin}\n`);
  if (env.GITHUB_OUTPUT) await appendFile(env.GITHUB_OUTPUT, `url=${origin}\n`);
}

function readPreviewConfig() {
  const production: unknown = experimental_readRawConfig({ config: join(ROOT, 'wrangler.toml') }).rawConfig;
  return previewConfig(production, ROOT);
}

/** Gives wrangler a file that exists only while it needs it. */
async function withFile(name: string, content: unknown, use: (path: string) => Promise<void>): Promise<void> {
  const path = join(ROOT, '.wrangler', `preview-${name}.json`);
  await mkdir(dirname(path), { recursive: true });
  try {
    await writeFile(path, JSON.stringify(content), { mode: 0o600 });
    await use(path);
  } finally {
    await rm(path, { force: true });
  }
}

/** Deploys a Worker with no secrets, which is no preview: Cloudflare takes versions only of a Worker that exists. */
async function init(): Promise<void> {
  await withFile(
    'config',
    readPreviewConfig(),
    async (config) => void (await runWrangler(['deploy', '--config', config])),
  );
  console.log('The Worker of previews is there.');
}

/** A preview sends no mail: it has no key of the mail provider. Each version signs with a secret that is not kept. */
function secretsOf(env: z.infer<typeof upSchema>): Record<string, string> {
  return {
    DATABASE_URL: env.DATABASE_URL,
    UPSTASH_REDIS_REST_URL: env.UPSTASH_REDIS_REST_URL,
    UPSTASH_REDIS_REST_TOKEN: env.UPSTASH_REDIS_REST_TOKEN,
    SESSION_SECRET: randomBytes(32).toString('base64'),
    WEBHOOK_SECRET_KEY: randomBytes(32).toString('base64'),
    MAIL_API_KEY: 'none',
  };
}

try {
  const [command] = process.argv.slice(2);
  if (command === 'init') await init();
  else if (command === 'up') await up();
  else throw new Error(USAGE);
} catch (error) {
  if (error instanceof z.ZodError) console.error(error.issues.map(({ message }) => message).join(' '));
  else console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
