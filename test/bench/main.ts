import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { gzippedKib, modulesAtStart } from '../support/bundle.ts';
import { WORKERD_CORE } from './cores.ts';
import { directScenario, floorScenario, type RedisCall, redisCall } from './direct.ts';
import { LoadGenerator } from './load.ts';
import { Bench, CPU_RATE, type Row, rootScenario } from './measure.ts';
import { type Options, readOptions } from './options.ts';
import { measurePostsScale } from './posts-scale.ts';
import { costTable, postsScaleTable, scaleTable, shieldTable, uploadsTable, webhooksTable } from './report.ts';
import { measureRivals } from './rivals.ts';
import { measureScale } from './scale.ts';
import { ourScenarios } from './scenarios.ts';
import { type Seed, seedAccounts } from './seed.ts';
import { type BenchServices, startServicesThread } from './services.ts';
import { compareShields } from './shield.ts';
import { startTarget, type Target } from './target.ts';
import { measureUploads } from './uploads.ts';
import { verdicts } from './verdicts.ts';
import { measureWebhooks } from './webhooks.ts';
import { WORKERD_VERSION } from './workerd.ts';

/**
 * `npm run bench`: the cost of a request, ours beside a bare Hono route and two rivals, in one run on one machine. With
 * `--quick` a smoke run, with `--scale` a million keys; with `--write` the report also goes to `RESULTS.md`. It is a
 * report: a missed number is printed and exits with 0. A wrong answer, or any other failure, does not exit with 0.
 *
 * `DATABASE_URL` and `REDIS_URL` put a real Postgres and Redis behind the emulators. They must be there for this alone:
 * accounts and posts of a run stay in them.
 */
async function main(options: Options): Promise<void> {
  const began = performance.now();
  const services = await startServicesThread();
  const load = new LoadGenerator();
  const bare = await startTarget(services, { name: 'bare', entry: 'test/bench/bare.ts' });
  const ours = await startTarget(services, { name: 'ours', entry: 'src/worker.ts' });
  try {
    const seed = await seedAccounts(services.secretsFor('seed'), options.accounts);
    print(heading(options, services));
    await measureAll(services, new Bench(load, bare, options.sizes), { options, ours, seed });
    if (load.degraded > 0) print(`**${load.degraded} answers were degraded: Redis was slower than its budget.**\n`);
    print(`${((performance.now() - began) / 1_000).toFixed(0)} s.`);
    if (options.write) writeFileSync(join(import.meta.dirname, 'RESULTS.md'), `${report.join('\n')}\n`);
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

async function measureAll(services: BenchServices, bench: Bench, { options, ours, seed }: Measuring): Promise<void> {
  const { latency } = options.sizes;
  const scenarios = await ourScenarios(services, ours, seed);
  const measure = async (name: keyof typeof scenarios) => await bench.measure(scenarios[name]);
  // Uses every key once, so that each warm key has its record in Redis.
  await bench.quiet(scenarios.warm, seed.keys.length);
  const bare = await bench.measure(rootScenario('a bare Hono route', bench.bare));
  const invalid = await measure('invalid');
  const unknown = [await measure('unknown'), await measure('probed'), await measure('flood')];
  const warm = await measure('warm');
  const call = await redisCall(services, seed);
  const floor = await measureFloor(services, bench, call);
  const direct = await bench.measure(directScenario(services, call));
  const cold = await measure('cold');
  const create = await measure('create');
  const read = await measure('read');
  const writes = [await measure('edit'), await measure('comment'), await measure('list')];
  const rivals = await measureRivals(services, bench, { seed, keys: options.betterAuthKeys });
  print(`${costTable([bare, floor, invalid, ...unknown, warm, cold, create, read, ...writes, ...rivals, direct])}\n`);
  print(NOTES);

  print(`${shieldTable(await compareShields(services, bench, latency))}\n`);

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
  const { create: createScenario, read: readScenario, edit, comment, list } = scenarios;
  const postsScale = await measurePostsScale(services, bench, {
    accountIds: seed.accountIds,
    scenarios: [createScenario, readScenario, edit, comment, list],
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
  for (const { pass, text } of verdicts({
    invalid,
    floor,
    warm,
    cold,
    create,
    direct,
    bundleKib,
    startKib,
    scale,
    webhooks,
  })) {
    print(`- ${pass ? 'pass' : '**miss**'}: ${text}`);
  }
}

async function measureFloor(services: BenchServices, bench: Bench, call: RedisCall): Promise<Row> {
  const target = await startTarget(services, { name: 'floor', entry: 'test/bench/floor.ts' });
  try {
    return await bench.measure(floorScenario(target, call));
  } finally {
    await target.close();
  }
}

const NOTES = `
CPU is that of the whole workerd process, its HTTP included, beside that of the bare route in rounds between, at the same
rate of requests (${CPU_RATE} a second or what the services can do): the fewer there are, the colder the caches each one
finds. Outside of Cloudflare the Workers ratelimit binding is a stand-in that counts in the isolate.
`;

function heading(options: Options, { behind }: BenchServices): string {
  const machine = cpus();
  const core = WORKERD_CORE === undefined ? '' : `, workerd alone on core ${WORKERD_CORE}`;
  return [
    `# Bench${options.mode === 'quick' ? ': a smoke run, whose figures say little' : ''}\n`,
    `${machine.length} × ${machine[0]?.model.trim()}, node ${process.version}, workerd ${WORKERD_VERSION}, ${behind}${core}\n`,
  ].join('\n');
}

const report: string[] = [];

function print(text: string): void {
  report.push(text);
  console.log(text);
}

await main(readOptions());
