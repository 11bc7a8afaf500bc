import * as z from 'zod';
import type { WranglerSettings } from '../wrangler-config.ts';
import { requiredSecrets } from './configuration.ts';
import { type Finding, fine, unknown, wrong } from './finding.ts';

const TIMEOUT_MS = 10_000;

/** Cloudflare's API as one token sees it. */
export interface CloudflareAccess {
  /** `https://api.cloudflare.com/client/v4` */
  readonly apiUrl: string;
  readonly token: string;
  readonly accountId: string;
}

/** The API's answer for a thing that does not exist. */
const NOT_THERE = Symbol('not there');
/** The API's answer when the token lacks the permission. */
class Forbidden extends Error {}

const named = (key: string) => z.array(z.looseObject({ [key]: z.string() }));

/** Checks which parts of `wrangler.toml` exist in the account. Only reads. */
export async function checkCloudflare(access: CloudflareAccess, settings: WranglerSettings): Promise<Finding[]> {
  const { queues, r2_buckets: buckets, routes } = settings;
  const queueNames = [...new Set([...queues.producers, ...queues.consumers].map(({ queue }) => queue))];
  const zones = [...new Set(routes.flatMap(({ zone_name }) => zone_name ?? []))];
  const hosts = routes.filter(({ custom_domain }) => custom_domain).map(({ pattern }) => pattern);
  const findings: Finding[] = [];
  const check = async (what: string, permission: string, look: () => Promise<Finding[]>) => {
    findings.push(...(await orUnknown(what, permission, look)));
  };
  await check('secrets of the Worker', 'Workers Scripts: Read', () => checkSecrets(access, settings));
  for (const queue of queueNames) await check(`queue ${queue}`, 'Queues: Read', () => checkQueue(access, queue));
  for (const { bucket_name } of buckets) {
    await check(`bucket ${bucket_name}`, 'Workers R2 Storage: Read', () => checkBucket(access, bucket_name));
  }
  for (const zone of zones) {
    const patterns = routes.filter(({ zone_name }) => zone_name === zone).map(({ pattern }) => pattern);
    await check(`zone ${zone}`, 'Zone: Read and Workers Routes: Read', () =>
      checkZone(access, settings.name, zone, patterns),
    );
    await check(`settings of the zone ${zone}`, 'Zone: Read and Zone Settings: Read', () =>
      checkZoneSettings(access, zone),
    );
  }
  for (const host of hosts) {
    await check(`domain ${host}`, 'Workers Scripts: Read', () => checkDomain(access, settings.name, host));
  }
  return findings;
}

async function orUnknown(what: string, permission: string, look: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof Forbidden) {
      return [unknown(`${what}: not checked, the token may not look`, `Give CLOUDFLARE_API_TOKEN ${permission}.`)];
    }
    return [
      wrong(`${what}: Cloudflare does not answer as documented`, 'Is CLOUDFLARE_ACCOUNT_ID right? Try again later.'),
    ];
  }
}

/** Names of the secrets that the Worker has; undefined without a Worker. */
async function readSecrets({ accountId, ...access }: CloudflareAccess, worker: string): Promise<string[] | undefined> {
  const answer = await get(access, `/accounts/${accountId}/workers/scripts/${worker}/secrets`);
  return answer === NOT_THERE
    ? undefined
    : named('name')
        .parse(answer)
        .map(({ name }) => String(name));
}

/** The same, empty if the API does not say. */
export async function secretsOnWorker(access: CloudflareAccess, worker: string): Promise<string[]> {
  return (await readSecrets(access, worker).catch(() => undefined)) ?? [];
}

async function checkSecrets(access: CloudflareAccess, settings: WranglerSettings): Promise<Finding[]> {
  const { name } = settings;
  const set = await readSecrets(access, name);
  if (!set) {
    const next = 'Its secrets first (npx wrangler secret put NAME makes it), then: npm run deploy';
    return [wrong(`there is no Worker ${name} yet`, next)];
  }
  const missing = requiredSecrets(settings).filter((secret) => !set.includes(secret));
  return [
    fine(`the Worker ${name} is there`),
    ...(missing.length === 0 ? [fine('it has every secret it needs')] : []),
    ...missing.map((secret) => wrong(`the Worker has no secret ${secret}`, `npx wrangler secret put ${secret}`)),
  ];
}

async function checkQueue(access: CloudflareAccess, queue: string): Promise<Finding[]> {
  const query = new URLSearchParams({ name: queue });
  const answer = await get(access, `/accounts/${access.accountId}/queues?${query}`);
  const found = answer === NOT_THERE ? [] : named('queue_name').parse(answer);
  if (found.some(({ queue_name }) => queue_name === queue)) return [fine(`queue ${queue}`)];
  return [wrong(`there is no queue ${queue}`, `npx wrangler queues create ${queue}`)];
}

async function checkBucket(access: CloudflareAccess, bucket: string): Promise<Finding[]> {
  const answer = await get(access, `/accounts/${access.accountId}/r2/buckets/${bucket}`);
  if (answer !== NOT_THERE) return [fine(`bucket ${bucket}`)];
  return [wrong(`there is no bucket ${bucket}`, `npx wrangler r2 bucket create ${bucket}`)];
}

const zonesSchema = z.array(z.object({ id: z.string(), name: z.string(), status: z.string() }));
const routesSchema = z.array(z.object({ pattern: z.string(), script: z.string().nullish() }));

async function findZone(access: CloudflareAccess, name: string) {
  const query = new URLSearchParams({ name, 'account.id': access.accountId });
  const answer = await get(access, `/zones?${query}`);
  return answer === NOT_THERE ? undefined : zonesSchema.parse(answer)[0];
}

async function checkZone(
  access: CloudflareAccess,
  worker: string,
  name: string,
  patterns: readonly string[],
): Promise<Finding[]> {
  const zone = await findZone(access, name);
  if (!zone)
    return [
      wrong(`the account has no zone ${name}`, `Cloudflare, Add a domain: ${name}; or the token may not see it.`),
    ];
  if (zone.status !== 'active') {
    return [
      wrong(`the zone ${name} is ${zone.status}`, 'Its registrar must name the name servers that Cloudflare shows.'),
    ];
  }
  const routes = routesSchema.parse(await get(access, `/zones/${zone.id}/workers/routes`));
  const others = patterns.flatMap((pattern) => {
    const route = routes.find((each) => each.pattern === pattern);
    if (!route) return [wrong(`no route ${pattern}`, 'npm run deploy makes it.')];
    if (route.script === worker) return [];
    return [wrong(`the route ${pattern} leads to ${route.script ?? 'no Worker'}`, 'Remove it, then: npm run deploy')];
  });
  const lead = patterns.length - others.length;
  return [
    fine(`zone ${name}`),
    ...(lead > 0 ? [fine(`${lead} route(s) of ${name} lead to ${worker}`)] : []),
    ...others,
  ];
}

/** Settings of a zone that the Worker cannot make up for: the values that are fine, and the way to one of them. */
const ZONE_SETTINGS = [
  {
    id: 'pseudo_ipv4',
    name: 'Pseudo IPv4',
    // "add_header" adds a header that nothing here reads.
    fine: ['off', 'add_header'],
    next: 'Network: set Pseudo IPv4 to Off, so that CF-Connecting-IP is the address of every client.',
  },
  {
    id: 'always_use_https',
    name: 'Always Use HTTPS',
    fine: ['on'],
    next: 'SSL/TLS, Edge Certificates: turn Always Use HTTPS on, so that no page or key travels in the clear.',
  },
  {
    id: 'min_tls_version',
    name: 'Minimum TLS Version',
    fine: ['1.2', '1.3'],
    next: 'SSL/TLS, Edge Certificates: set Minimum TLS Version to TLS 1.2. RFC 8996 deprecates TLS 1.0 and 1.1.',
  },
] as const;

const zoneSettingSchema = z.object({ value: z.string() });

/** A zone that is not there yet is a finding of {@link checkZone}. */
async function checkZoneSettings(access: CloudflareAccess, name: string): Promise<Finding[]> {
  const zone = await findZone(access, name);
  if (!zone) return [];
  return await Promise.all(
    ZONE_SETTINGS.map(async (setting) => {
      const answer = await get(access, `/zones/${zone.id}/settings/${setting.id}`);
      const { value } = zoneSettingSchema.parse(answer);
      const what = `${setting.name} of ${name} is ${value}`;
      const isFine = setting.fine.some((each) => each === value);
      return isFine ? fine(what) : wrong(what, `Cloudflare, the zone ${name}, ${setting.next}`);
    }),
  );
}

const domainsSchema = z.array(z.object({ hostname: z.string(), service: z.string() }));

async function checkDomain(access: CloudflareAccess, worker: string, host: string): Promise<Finding[]> {
  const query = new URLSearchParams({ hostname: host });
  const answer = await get(access, `/accounts/${access.accountId}/workers/domains?${query}`);
  const domain =
    answer === NOT_THERE ? undefined : domainsSchema.parse(answer).find(({ hostname }) => hostname === host);
  if (!domain) return [wrong(`no Worker answers at ${host}`, 'npm run deploy makes the domain and its DNS record.')];
  if (domain.service === worker) return [fine(`${host} leads to ${worker}`)];
  return [wrong(`${host} leads to ${domain.service}`, 'Remove it there, then: npm run deploy')];
}

const envelopeSchema = z.object({ success: z.literal(true), result: z.unknown() });

async function get({ apiUrl, token }: Omit<CloudflareAccess, 'accountId'>, path: string): Promise<unknown> {
  const response = await fetch(apiUrl + path, {
    headers: { Authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (response.status === 404) return NOT_THERE;
  if (response.status === 401 || response.status === 403) throw new Forbidden();
  return envelopeSchema.parse(await response.json()).result;
}
