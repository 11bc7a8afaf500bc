import type { HeapRow } from './heap.ts';
import type { Latency } from './load.ts';
import { type Cpu, NEON_DELAY_MS, REDIS_DELAY_MS, type Row } from './measure.ts';
import { BESIDE_MS, CALLERS_MS, type PlacementRow } from './placement.ts';
import type { PostsScaleRow } from './posts-scale.ts';
import type { ScaleRow } from './scale.ts';
import type { ScriptRow } from './script.ts';
import type { ShieldRow } from './shield.ts';
import type { UploadRow } from './uploads.ts';
import type { WebhookRow } from './webhooks.ts';

const NOT_AVAILABLE = 'n/a';

/** The columns of the main table that hold numbers. */
const COLUMNS = [
  'Redis',
  'Neon',
  'billed commands',
  'SQL',
  'KiB to and from stores',
  'Redis / Postgres ms',
  'CPU µs',
  'floor µs',
  '× floor (min–max)',
  'p50 / p95 ms',
  `p50 / p95 ms, Redis +${REDIS_DELAY_MS}, Neon +${NEON_DELAY_MS}`,
];

const milliseconds = (micros: number) => (micros / 1_000).toFixed(2);

/** The cost of a request, one row per scenario. */
export function costTable(rows: readonly Row[]): string {
  return markdown(
    ['per request', ...COLUMNS],
    rows.map(({ name, subrequests: { redis, neon, commands, statements }, work, cpu, quiet, delayed }) => [
      name,
      ...[redis, neon, commands, statements].map(count),
      (work.bytes / 1_024).toFixed(1),
      `${milliseconds(work.redisMicros)} / ${milliseconds(work.neonMicros)}`,
      ...cpuCells(cpu),
      latency(quiet),
      latency(delayed),
    ]),
  );
}

export function shieldTable(rows: readonly ShieldRow[]): string {
  return markdown(
    ['counting one request', 'Redis', 'billed commands', `p50 / p95 ms, Redis +${REDIS_DELAY_MS}`],
    rows.map(({ name, subrequests: { redis, commands }, delayed }) => [
      name,
      count(redis),
      count(commands),
      latency(delayed),
    ]),
  );
}

export function heapTable(rows: readonly HeapRow[]): string {
  return markdown(
    ['what a request allocates', 'KiB'],
    rows.map(({ name, kib }) => [name, kib.toFixed(1)]),
  );
}

export function scriptTable(rows: readonly ScriptRow[]): string {
  return markdown(
    ['a call of the authorize script', 'µs of Redis'],
    rows.map(({ name, micros }) => [name, micros.toFixed(1)]),
  );
}

export function scaleTable(rows: readonly ScaleRow[]): string {
  return markdown(
    ['keys in the table', 'warm whoami p50 / p95 ms', 'cold whoami p50 / p95 ms'],
    rows.map(({ keys, warm, cold }) => [keys.toLocaleString('en-US'), latency(warm), latency(cold)]),
  );
}

/** The latencies of requests by the number of Jes and comments. */
export function postsScaleTable(rows: readonly PostsScaleRow[]): string {
  const names = rows.at(0)?.latencies.map(({ name }) => name) ?? [];
  return markdown(
    ['Jes and comments in the tables', ...names.map((name) => `${name} p50 / p95 ms`)],
    rows.map(({ posts, latencies }) => [
      posts.toLocaleString('en-US'),
      ...latencies.map(({ latency: measured }) => latency(measured)),
    ]),
  );
}

/** Large uploads at once, and their memory. */
export function uploadsTable(rows: readonly UploadRow[]): string {
  return markdown(
    ['uploads of 4 × 8 MiB at once', 'MiB/s', 'workerd MiB before', 'MiB at most'],
    rows.map(({ name, concurrency, throughput, rss }) => [
      `${name}, ${concurrency}`,
      throughput.toFixed(0),
      rss ? rss.before.toFixed(0) : NOT_AVAILABLE,
      rss ? rss.peak.toFixed(0) : NOT_AVAILABLE,
    ]),
  );
}

/** What callers wait for, by the place of the Worker. Their own round trip to the edge is added, not measured. */
export function placementTable(rows: readonly PlacementRow[]): string {
  const callers = CALLERS_MS.join(' / ');
  const withCallers = (ms: number) => CALLERS_MS.map((callerMs) => (callerMs + ms).toFixed(0)).join(' / ');
  return markdown(
    [
      `p50 ms of callers ${callers} ms from the edge`,
      'edge to stores',
      `Worker ${BESIDE_MS} ms beside the stores`,
      'Worker at the edge',
    ],
    rows.map(({ name, apartMs, placed, atTheEdge }) => [
      name,
      `${apartMs} ms`,
      withCallers(placed),
      withCallers(atTheEdge),
    ]),
  );
}

/** The time of events from the request that posts to the first byte at a receiver. */
export function webhooksTable(rows: readonly WebhookRow[]): string {
  return markdown(
    [`from POST to the receiver, Neon +${NEON_DELAY_MS}`, 'events', 'p50 / p95 ms'],
    rows.map(({ name, events, p50, p95 }) => [name, String(events), `${p50.toFixed(0)} / ${p95.toFixed(0)}`]),
  );
}

function cpuCells(cpu: Cpu | undefined): string[] {
  if (!cpu) return [NOT_AVAILABLE, NOT_AVAILABLE, NOT_AVAILABLE];
  const { median, min, max } = cpu.ratio;
  const micros = [cpu.microsPerRequest, cpu.floorMicrosPerRequest].map((value) => value.toFixed(0));
  return [...micros, `${median.toFixed(2)} (${min.toFixed(2)}–${max.toFixed(2)})`];
}

/** A mean of counts: whole where every request had the same. */
function count(mean: number): string {
  return Number.isInteger(mean) ? String(mean) : mean.toFixed(2);
}

function latency({ p50, p95 }: Latency): string {
  return `${p50.toFixed(1)} / ${p95.toFixed(1)}`;
}

/** The first column is text, the others numbers. */
export function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((cell, column) => Math.max(cell.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const pad = (cell: string, column: number) =>
    column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0);
  const line = (cells: readonly string[]) => `| ${cells.map(pad).join(' | ')} |`;
  const rule = widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}
