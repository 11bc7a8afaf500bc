import { join } from 'node:path';
import { ROOT } from '../dev/state.ts';
import { type CloudflareAccess, checkCloudflare, secretsOnWorker } from './setup/cloudflare.ts';
import { checkConfiguration, readGiven } from './setup/configuration.ts';
import { toReport, unknown } from './setup/finding.ts';
import { checkNeon, checkRedis } from './setup/stores.ts';
import { readWranglerConfig } from './wrangler-config.ts';

const NOT_ASKED = unknown(
  'Worker, secrets, queues, buckets, zone, routes: not checked',
  'Set CLOUDFLARE_API_TOKEN and CLOUDFLARE_ACCOUNT_ID.',
);

type Environment = Readonly<Record<string, string | undefined>>;

/** The names that wrangler uses, too. */
function accessOf(environment: Environment): CloudflareAccess | undefined {
  const { CLOUDFLARE_API_TOKEN: token, CLOUDFLARE_ACCOUNT_ID: accountId, CLOUDFLARE_API_BASE_URL } = environment;
  if (!token || !accountId) return undefined;
  return { apiUrl: CLOUDFLARE_API_BASE_URL || 'https://api.cloudflare.com/client/v4', token, accountId };
}

/** Reports each missing part of a deployment, line by line. Changes nothing. */
export async function checkSetup(
  environment: Environment,
  devVarsFile = join(ROOT, '.dev.vars'),
): Promise<{ readonly report: string; readonly isFine: boolean }> {
  const settings = readWranglerConfig();
  const given = readGiven(settings, environment, devVarsFile);
  const access = accessOf(environment);
  const [neon, redis, cloudflare, onWorker] = await Promise.all([
    checkNeon(given),
    checkRedis(given),
    access ? checkCloudflare(access, settings) : [NOT_ASKED],
    access ? secretsOnWorker(access, settings.name) : [],
  ]);
  const sections = [
    { title: `Configuration, from ${given.source}`, findings: checkConfiguration(settings, given, onWorker) },
    { title: 'Neon', findings: neon },
    { title: 'Redis', findings: redis },
    { title: `Cloudflare, for the Worker ${settings.name}`, findings: cloudflare },
  ];
  const isFine = sections.every(({ findings }) => findings.every(({ mark }) => mark !== 'wrong'));
  return { report: toReport(sections), isFine };
}

if (import.meta.main) {
  const { report, isFine } = await checkSetup(process.env);
  console.log(report);
  if (!isFine) process.exitCode = 1;
}
