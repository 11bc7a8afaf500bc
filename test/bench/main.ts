import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { HOUR_MS } from '../../src/config/limits.ts';
import { gzippedKib, modulesAtStart } from '../support/worker/bundle.ts';
import { WORKERD_CORE } from './cores.ts';
import { directScenario, floorScenario, type RedisCall, redisCall } from './direct.ts';
import { LoadGenerator } from './load.ts';
import { Bench, CPU_RATE, type Row, rootScenario } from './measure.ts';
import { type Options, readOptions } from './options.ts';
import { measurePlacement } from './placement.ts';
import { measurePostsScale } from './posts-scale.ts';
import {
  costTable,
  placementTable,
  postsScaleTable,
  scaleTable,
  shieldTable,
  uploadsTable,
  webhooksTable,
} from './report.ts';
import { measureRivals } from './rivals.ts';
import { measureScale } from './scale.ts';
import { ourScenarios } from './scenarios.ts';
import { type Seed, seedAccounts } from './seed.ts';
import { type BenchServices, startBenchServices } from './services.ts';
import { compareShields } from './shield.ts';
import { startTarget, type Target } from './target.ts';
import { measureUploads } from './uploads.ts';
import { verdicts, verdictTable } from './verdicts.ts';
import { measureWebhooks } from './webhooks.ts';
import { WORKERD_VERSION } from './workerd.ts';

/**
 * `npm run bench`: what a request costs, ours beside a bare Hono route and three rivals, in one run on one machine,
 * written to `RESULTS.md`. With `--quick` a smoke run that writes nothing, with `--scale` a million keys. It is a
 * report: a goal missed is said and exits with 0. A wrong answer, or a request that asks more or less of the services
 * than is due, breaks it.
 *
 * `DATABASE_URL` and `REDIS_URL` put a real Postgres and Redis behind the emulators. They must be there for this alone:
 * accounts and posts of a run stay in them.
 */
async function main(options: Options): Promise<void> {
  const began = performance.now();
  const [load1 = 0] = loadavg();
  const services = await startBenchServices();
  const head = heading(options, services, load1);
  const load = new LoadGenerator();
  const bare = await startTarget(services, { name: 'bare', entry: 'test/bench/bare.ts' });
  const ours = await startTarget(services, { name: 'ours', entry: 'src/worker.ts' });
  try {
    const seed = await seedAccounts(services.secretsFor('seed'), options.accounts);
    const goals = await measureAll(services, new Bench(load, bare, options.sizes), { options, ours, seed });
    if (load.degraded > 0) print(`**${load.degraded} answers were degraded: Redis was slower than its budget.**\n`);
    print(`The run took ${((performance.now() - began) / 1_000).toFixed(0)} seconds.`);
    const results = [head, goals, ...report].join('\n');
    if (options.mode === 'full') writeFileSync(join(import.meta.dirname, 'RESULTS.md'), `${results}\n`);
    console.log(`${head}\n${goals}`);
  } finally {
    await Promise.all([bare.close(), ours.close()]);
    await Promise.all([services.close(), load.close()]);
  }
}

interface Measuring {
  readonly options: Options;
  readonly ours: Target;
  readonly seed: Seed;
}

async function measureAll(services: BenchServices, bench: Bench, { options, ours, seed }: Measuring): Promise<string> {
  const { latency } = options.sizes;
  const scenarios = await ourScenarios(services, ours, seed);
  let warmedIn = -1;
  /** Every key once an hour: then its record is in Redis, and the two commands more of an hour's first call are made. */
  const warmKeys = async () => {
    const hour = Math.floor(Date.now() / HOUR_MS);
    if (hour !== warmedIn) await bench.quiet(scenarios.warm, seed.keys.length);
    warmedIn = hour;
  };
  const measure = async (name: keyof typeof scenarios) => {
    await warmKeys();
    return await bench.measure(scenarios[name]);
  };
  await warmKeys();
  const bare = await bench.measure(rootScenario('a bare Hono route', bench.bare));
  const invalid = await measure('invalid');
  const unknown = [await measure('unknown'), await measure('probed'), await measure('flood')];
  const again = [await measure('limitedAgain'), await measure('revokedAgain')];
  const warm = await measure('warm');
  const call = await redisCall(services, seed);
  await warmKeys();
  const floor = await measureFloor(services, bench, call);
  const direct = await bench.measure(directScenario(services, call));
  const cold = await measure('cold');
  const create = await measure('create');
  const read = await measure('read');
  const list = await measure('list');
  const writes = [await measure('edit'), await measure('comment')];
  const rivals = await measureRivals(services, bench, { seed, keys: options.betterAuthKeys });
  const ofOurs = [invalid, ...unknown, ...again, warm, cold, read, list, create, ...writes];
  print(`${costTable([bare, floor, ...ofOurs, ...rivals, direct])}\n`);
  print(NOTES);

  print(`${shieldTable(await compareShields(services, bench, latency))}\n`);

  // A key's first whoami after a write reads its profile anew.
  await bench.quiet(scenarios.warm, seed.keys.length);
  const placed = [scenarios.invalid, scenarios.warm, scenarios.read, scenarios.create, scenarios.cold];
  print(`${placementTable(await measurePlacement(bench, placed, Math.ceil(latency / PLACEMENT_SHARE)))}\n`);

  const { small, large } = options.scale;
  const { warm: warmScenario, cold: coldScenario } = scenarios;
  const scale = await measureScale(services, bench, {
    seed,
    warm: warmScenario,
    cold: coldScenario,
    sizes: [small, large],
    requests: latency,
  });
  print(`${scaleTable(scale)}\n`);
  const { create: createScenario, read: readScenario, list: listScenario, edit, comment } = scenarios;
  const postsScale = await measurePostsScale(services, bench, {
    accountIds: seed.accountIds,
    scenarios: [createScenario, readScenario, listScenario, edit, comment],
    sizes: [small, large],
    requests: latency,
  });
  print(`${postsScaleTable(postsScale)}\n`);
  print(`${uploadsTable(await measureUploads(services, { seed, concurrencies: options.uploads }))}\n`);
  const webhooks = await measureWebhooks(services, options.webhookKeys);
  print(`${webhooksTable(webhooks)}\n`);
  if (large < 1_000_000) print('A small table: `npm run bench -- --scale` compares with a million keys.\n');

  const bundleKib = gzippedKib(ours.bundle.modules);
  const startKib = gzippedKib(modulesAtStart(ours.bundle.modules));
  const measured = { invalid, again, floor, warm, cold, create, reads: [read, list], direct, bundleKib, startKib };
  return `${verdictTable(verdicts({ ...measured, scale, webhooks }))}\n`;
}

/** The part of a latency pass that a far request gets: it takes half a second. */
const PLACEMENT_SHARE = 4;

async function measureFloor(services: BenchServices, bench: Bench, call: RedisCall): Promise<Row> {
  const target = await startTarget(services, { name: 'floor', entry: 'test/bench/floor.ts' });
  try {
    return await bench.measure(floorScenario(target, call));
  } finally {
    await target.close();
  }
}

const NOTES = `CPU is that of the whole workerd process, its HTTP included, beside that of the bare route in rounds between, at the same
rate of requests (${CPU_RATE} a second or what the services can do): the fewer there are, the colder the caches each one
finds. Failed calls are kept after their responses, many in one request to Neon. Outside of Cloudflare the Workers
ratelimit binding is a stand-in that counts in the isolate.
`;

function heading(options: Options, { behind }: BenchServices, loadBefore: number): string {
  const machine = cpus();
  const core = WORKERD_CORE === undefined ? '' : `, workerd alone on core ${WORKERD_CORE}`;
  const shared =
    loadBefore > machine.length / 4
      ? `\nOther work shared the machine: its load average was ${loadBefore.toFixed(1)} before the run.\n`
      : '';
  return [
    `# Bench${options.mode === 'quick' ? ': a smoke run, whose figures say little' : ''}\n`,
    `Written by \`npm run bench${options.scale.large < 1_000_000 ? '' : ' -- --scale'}\`: ${machine.length} × ${machine[0]?.model.trim()}, node ${process.version}, workerd ${WORKERD_VERSION},`,
    `${behind}${core}. Columns of times are p50 / p95. The bench aborts where a row asks more or less of the stores than is due.`,
    shared,
  ].join('\n');
}

const report: string[] = [];

function print(text: string): void {
  report.push(text);
  console.log(text);
}

await main(readOptions());
