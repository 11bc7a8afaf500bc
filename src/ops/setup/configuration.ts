import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { configSchema } from '../../config/env.ts';
import { bindingNames, type WranglerSettings } from '../wrangler-config.ts';
import { type Finding, fine, unknown, wrong } from './finding.ts';

/** The names of all that a deployment is given, in the order of the schema. */
type Name = keyof typeof configSchema.shape;
const NAMES = Object.keys(configSchema.shape) as Name[];

/** The places where an operator finds values that only they can supply. */
const SOURCES: Partial<Record<Name, string>> = {
  DATABASE_URL: "Neon, the project's Connection details",
  UPSTASH_REDIS_REST_URL: "Upstash, the database's REST API",
  UPSTASH_REDIS_REST_TOKEN: "Upstash, the database's REST API",
  SESSION_SECRET: 'openssl rand -base64 32',
  WEBHOOK_SECRET_KEY: 'openssl rand -base64 32',
  MAIL_API_KEY: 'Resend, API keys',
};

/** The values that the Worker would get, and the place from which they are known here. */
export interface Given {
  readonly values: Readonly<Record<string, string | undefined>>;
  readonly source: string;
}

/**
 * The configuration to check: secrets from the environment or, if it has none of them, from `.dev.vars`, as wrangler
 * dev would. Never from both, which would mix two deployments. Variables are those of `wrangler.toml`.
 */
export function readGiven(
  settings: WranglerSettings,
  environment: Readonly<Record<string, string | undefined>>,
  devVarsFile: string,
): Given {
  const secrets = secretNames(settings);
  // An empty variable is one that a shell or a workflow has left out.
  const named = Object.fromEntries(secrets.map((name) => [name, environment[name] || undefined]));
  const isNamed = Object.values(named).some((value) => value !== undefined);
  if (isNamed || !existsSync(devVarsFile)) {
    const source = isNamed
      ? 'the environment'
      : 'nowhere: the environment has none of the secrets, and there is no .dev.vars';
    return { values: { ...settings.vars, ...named }, source };
  }
  return { values: { ...settings.vars, ...parseEnv(readFileSync(devVarsFile, 'utf8')) }, source: '.dev.vars' };
}

/** The names to set with `wrangler secret put`: neither variables nor bindings of `wrangler.toml`. */
export function secretNames(settings: WranglerSettings): Name[] {
  const others = bindingNames(settings);
  return NAMES.filter((name) => !others.includes(name) && !isBinding(name));
}

/** The secrets a deployment cannot do without. */
export function requiredSecrets(settings: WranglerSettings): Name[] {
  return secretNames(settings).filter((name) => !configSchema.shape[name].safeParse(undefined).success);
}

/** True if the schema asks for an object of the runtime: then it refuses every text with the same message. */
function isBinding(name: Name): boolean {
  const result = configSchema.shape[name].safeParse('text');
  return !result.success && result.error.issues.some(({ message }) => message.includes('wrangler.toml'));
}

/** A binding of `wrangler.toml` as the schema sees it; only Cloudflare knows if the resource exists. */
const BOUND = { limit: true, send: true, put: true };

/**
 * One finding for each secret, variable and binding; what may be left out and is, in one.
 *
 * @param onWorker names of the secrets that the Worker is known to have
 */
export function checkConfiguration(
  settings: WranglerSettings,
  { values, source }: Given,
  onWorker: readonly string[],
): Finding[] {
  const bound = bindingNames(settings).filter((name) => !(name in settings.vars));
  const env = { ...values, ...Object.fromEntries(bound.map((name) => [name, BOUND])) };
  const issues = configSchema.safeParse(env).error?.issues ?? [];
  const findings = NAMES.flatMap((name) => {
    const issue = issues.find(({ path }) => path[0] === name);
    const isGiven = env[name] !== undefined;
    if (!issue) return isGiven ? [fine(name)] : [];
    if (!isGiven && onWorker.includes(name)) {
      return [unknown(`${name} is set on the Worker, and not here`, 'What it is nobody can read there.')];
    }
    return [wrong(`${name} ${isGiven ? `is not usable: ${issue.message}` : 'is missing'}`, remedy(name, source))];
  });
  const left = NAMES.filter((name) => env[name] === undefined && !issues.some(({ path }) => path[0] === name));
  if (left.length === 0) return findings;
  return [
    ...findings,
    unknown(`optional, and not set: ${left.join(', ')}`, 'src/DEPLOYMENT.md, Configuration, lists their purpose.'),
  ];
}

function remedy(name: Name, source: string): string {
  if (isBinding(name)) return `Bind ${name} in wrangler.toml: src/DEPLOYMENT.md, Configuration.`;
  const where = SOURCES[name];
  if (source === '.dev.vars') return 'npm start, or npm run dev:services, writes .dev.vars.';
  return `${where ? `${where}. ` : ''}Here: export ${name}=…; for the Worker: npx wrangler secret put ${name}`;
}
