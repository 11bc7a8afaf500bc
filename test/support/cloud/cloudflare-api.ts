import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export const ACCOUNT_ID = 'a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0';
export const API_TOKEN = 'a token of Cloudflare';

export interface Share {
  readonly version_id: string;
  readonly percentage: number;
}

/** The parts of a Cloudflare account that a deployment uses. Tests change them as they like. */
export interface CloudflareAccount {
  zones: { id: string; name: string; status: string }[];
  /** By zone id. */
  routes: Record<string, { pattern: string; script?: string }[]>;
  /** The same for every zone. */
  zoneSettings: { pseudo_ipv4: string; always_use_https: string; min_tls_version: string };
  domains: { hostname: string; service: string }[];
  /** The newest first; empty = no Worker exists. */
  deployments: { versions: readonly Share[] }[];
  secrets: string[];
  queues: string[];
  buckets: string[];
  /** Paths that the token may not read. */
  forbidden: RegExp | undefined;
}

/** Cloudflare's API on the loopback interface, by the answers that its reference documents. */
export interface CloudflareApi {
  readonly url: string;
  readonly account: CloudflareAccount;
  /** The requests that came, as `GET /zones`, without the account. */
  readonly asked: string[];
  /** The bodies of uploaded versions. */
  readonly uploads: string[];
  close(): Promise<void>;
}

class ApiError extends Error {
  readonly status: number;
  readonly code: number;

  constructor(status: number, code: number, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export async function serveCloudflareApi(): Promise<CloudflareApi> {
  const account: CloudflareAccount = {
    zones: [],
    routes: {},
    // Cloudflare's defaults.
    zoneSettings: { pseudo_ipv4: 'off', always_use_https: 'off', min_tls_version: '1.0' },
    domains: [],
    deployments: [],
    secrets: [],
    queues: [],
    buckets: [],
    forbidden: undefined,
  };
  const asked: string[] = [];
  const uploads: string[] = [];

  async function answer(request: IncomingMessage): Promise<unknown> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const body = await text(request);
    const path = pathname.replace(`/accounts/${ACCOUNT_ID}`, '');
    const asks = `${request.method} ${path}`;
    asked.push(asks);
    if (request.headers.authorization !== `Bearer ${API_TOKEN}`)
      throw new ApiError(401, 10_000, 'Authentication error');
    if (account.forbidden?.test(path)) throw new ApiError(403, 10_000, 'Authentication error');
    const isOfWorker = /^\/workers\/(scripts|services)\//.test(path) && !asks.startsWith('PUT');
    if (isOfWorker && account.deployments.length === 0) {
      throw new ApiError(404, 10_007, 'This Worker does not exist on your account.');
    }
    const after = (prefix: string) => decodeURIComponent(path.slice(prefix.length).split('/')[0] ?? '');
    if (asks === 'GET /zones') return account.zones.filter(({ name }) => name === searchParams.get('name'));
    if (/^GET \/zones\/[^/]+\/workers\/routes$/.test(asks)) return account.routes[after('/zones/')] ?? [];
    if (/^GET \/zones\/[^/]+\/settings\/\w+$/.test(asks)) {
      const id = path.slice(path.lastIndexOf('/') + 1);
      const value = Object.entries(account.zoneSettings).find(([name]) => name === id)?.[1];
      if (value === undefined) throw new ApiError(404, 1_006, `Unrecognized zone setting name "${id}"`);
      return { id, value, editable: true, modified_on: AT };
    }
    if (asks === 'GET /workers/domains') return account.domains;
    if (asks === 'GET /queues') {
      const names = searchParams.getAll('name');
      return account.queues
        .filter((queue) => names.length === 0 || names.includes(queue))
        .map((queue_name) => ({ queue_id: `id-of-${queue_name}`, queue_name, consumers: [], producers: [] }));
    }
    if (asks.startsWith('GET /r2/buckets/')) {
      const name = after('/r2/buckets/');
      if (!account.buckets.includes(name)) throw new ApiError(404, 10_006, 'The specified bucket does not exist.');
      return { name, creation_date: '2026-11-01T00:00:00.000Z' };
    }
    if (/^PUT \/workers\/scripts\/[^/]+$/.test(asks)) {
      account.deployments.unshift({ versions: [{ version_id: randomUUID(), percentage: 100 }] });
      return { id: 'script', startup_time_ms: 12 };
    }
    if (asks.startsWith('GET /workers/services/')) {
      return { default_environment: { environment: 'production', script: { tag: 'tag', tags: [] } } };
    }
    if (asks === 'GET /workers/subdomain') return { subdomain: 'example' };
    if (asks.endsWith('/subdomain')) return { enabled: false, previews_enabled: true };
    if (/^GET \/workers\/workers\/[^/]+$/.test(asks)) {
      const name = after('/workers/workers/');
      const preview_url_suffix = `-${name}.example.workers.dev`;
      return { name, subdomain: { enabled: false, previews_enabled: true, preview_url_suffix } };
    }
    if (asks.endsWith('/domains/changeset')) return { added: [], removed: [], updated: [], conflicting: [] };
    if (asks.endsWith('/settings')) return { bindings: [], observability: { enabled: true } };
    if (asks.endsWith('/secrets')) return account.secrets.map((name) => ({ name, type: 'secret_text' }));
    if (asks.startsWith('GET') && path.endsWith('/deployments'))
      return { deployments: account.deployments.map(toDeployment) };
    if (asks.startsWith('POST') && path.endsWith('/deployments')) {
      const { versions } = JSON.parse(body) as { versions: Share[] };
      account.deployments.unshift({ versions });
      return { id: randomUUID() };
    }
    if (asks.startsWith('POST') && path.endsWith('/versions')) {
      uploads.push(body);
      return { id: randomUUID(), startup_time_ms: 12, metadata: { has_preview: true } };
    }
    if (/\/versions\/[0-9a-f-]{36}$/.test(path)) return toVersion(path.slice(-36));
    return {};
  }

  const server = createServer(async (request, response) => {
    response.setHeader('Content-Type', 'application/json');
    try {
      const result = await answer(request);
      response.end(JSON.stringify({ success: true, errors: [], messages: [], result }));
    } catch (error) {
      const { status = 500, code = 0, message } = error as Partial<ApiError>;
      response.statusCode = status;
      response.end(JSON.stringify({ success: false, errors: [{ code, message }], messages: [], result: null }));
    }
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    account,
    asked,
    uploads,
    async close() {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}

const AT = '2026-11-01T00:00:00.000Z';

function toDeployment({ versions }: { readonly versions: readonly Share[] }) {
  return {
    id: randomUUID(),
    source: 'wrangler',
    strategy: 'percentage',
    author_email: 'ops@example.com',
    created_on: AT,
    versions,
  };
}

function toVersion(id: string) {
  return {
    id,
    number: 1,
    metadata: { created_on: AT, modified_on: AT, source: 'wrangler', author_email: 'ops@example.com' },
    resources: { bindings: [], script: { etag: 'etag', handlers: ['fetch'] }, script_runtime: {} },
  };
}
