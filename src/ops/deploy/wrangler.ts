import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import * as z from 'zod';
import { ROOT } from '../../dev/state.ts';
import type { Traffic } from './rollout.ts';

/**
 * Runs wrangler, which takes its account and token from the environment. Its messages go to our standard error.
 *
 * @returns its standard output
 */
export async function runWrangler(args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const child = spawn('wrangler', args, {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, WRANGLER_SEND_METRICS: 'false', WRANGLER_HIDE_BANNER: 'true', ...env },
  });
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  if (code !== 0) throw new Error(`wrangler ${args.slice(0, 2).join(' ')} failed:\n${output}`);
  return output;
}

const deploymentSchema = z.object({
  versions: z.array(z.object({ version_id: z.string(), percentage: z.number() })).min(1),
});

/** The share of requests that each version gets now. */
export async function currentTraffic(): Promise<Traffic> {
  const { versions } = deploymentSchema.parse(JSON.parse(await runWrangler(['deployments', 'status', '--json'])));
  return versions.map(({ version_id: version, percentage }) => ({ version, percentage }));
}

export async function deployTraffic(traffic: Traffic): Promise<void> {
  const shares = traffic.map(({ version, percentage }) => `${version}@${percentage}`);
  await runWrangler(['versions', 'deploy', ...shares, '--yes']);
}

const uploadSchema = z.object({
  type: z.literal('version-upload'),
  version_id: z.string(),
  preview_alias_url: z.string().optional(),
});

/**
 * Builds and uploads a version, which gets no requests yet. @param args of `wrangler versions upload`; never a secret
 */
export async function uploadVersion(
  args: readonly string[],
): Promise<{ readonly version: string; readonly aliasUrl: string | undefined }> {
  const folder = await mkdtemp(join(tmpdir(), 'wrangler-'));
  const file = join(folder, 'output.ndjson');
  try {
    await runWrangler(['versions', 'upload', ...args], { WRANGLER_OUTPUT_FILE_PATH: file });
    const lines = (await readFile(file, 'utf8')).split('\n').filter(Boolean);
    const uploads = lines.map((line) => uploadSchema.safeParse(JSON.parse(line))).filter(({ success }) => success);
    const upload = uploads[0]?.data;
    if (!upload) throw new Error('wrangler did not say which version it uploaded.');
    return { version: upload.version_id, aliasUrl: upload.preview_alias_url };
  } finally {
    await rm(folder, { recursive: true });
  }
}
