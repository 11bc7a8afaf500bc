import { readWranglerConfig } from '../wrangler-config.ts';
import { mainVersion, planRollback, planRollout, type Traffic } from './rollout.ts';
import { smoke } from './smoke.ts';
import { currentTraffic, deployTraffic, runWrangler, uploadVersion } from './wrangler.ts';

/**
 * Deploys the code of this checkout in steps, and rolls back if the smoke test of a step fails. Migrations come before
 * (`npm run db:migrate`): the old version runs on the new schema for a while.
 */
async function deploy(tag: string | undefined): Promise<void> {
  const { name, vars } = readWranglerConfig();
  // Only tests set these in the environment: the smoke test calls the deployment's own addresses.
  const { API_ORIGIN = vars.API_ORIGIN, WEB_ORIGIN = vars.WEB_ORIGIN } = process.env;
  // A secret that is not set is an empty variable in a workflow.
  const apiKey = process.env.SMOKE_API_KEY || undefined;
  const fencedApiKey = process.env.SMOKE_FENCED_API_KEY || undefined;
  if (!API_ORIGIN || !WEB_ORIGIN) throw new Error('wrangler.toml has no API_ORIGIN and WEB_ORIGIN.');

  const previous = mainVersion(await currentTraffic());
  const { version } = await uploadVersion(tag === undefined ? [] : ['--tag', tag]);
  try {
    for (const traffic of planRollout(previous, version)) {
      console.log(`\n${describe(traffic)}`);
      await deployTraffic(traffic);
      const target = { apiOrigin: API_ORIGIN, webOrigin: WEB_ORIGIN, worker: name, version, apiKey, fencedApiKey };
      if (!(await smoke(target))) throw new Error(`Version ${version} does not keep what is promised.`);
    }
  } catch (error) {
    await rollBack(previous);
    throw error;
  }
  // Routes, crons and consumers belong to no version.
  await runWrangler(['triggers', 'deploy']);
  console.log(`\nVersion ${version} has taken over from ${previous}.`);
}

async function rollBack(previous: string): Promise<void> {
  const traffic = planRollback(previous);
  console.error(`\nRolling back: ${describe(traffic)}`);
  try {
    await deployTraffic(traffic);
  } catch (error) {
    console.error(`It was NOT rolled back. By hand: npx wrangler versions deploy ${previous}@100 --yes`);
    throw error;
  }
}

function describe(traffic: Traffic): string {
  return traffic.map(({ version, percentage }) => `${version} ${percentage} %`).join(', ');
}

try {
  // The commit of the build in GitHub Actions, by which the version is found in the list of versions.
  await deploy(process.env.GITHUB_SHA?.slice(0, 12));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
