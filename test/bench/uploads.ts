import { request } from 'node:http';
import { box, mp4 } from '../support/media/videos.ts';
import { startBucket } from './bucket.ts';
import { peakRss } from './cpu.ts';
import { withKey } from './requests.ts';
import type { Seed } from './seed.ts';
import type { BenchServices } from './services.ts';
import { startTarget } from './target.ts';

const MIB = 1_024 * 1_024;
const FILES = 4;
const FILE_BYTES = 8 * MIB;

/** The results of a Worker with many large uploads at once. */
export interface UploadRow {
  readonly name: string;
  readonly concurrency: number;
  readonly uploads: number;
  /** MiB a second, of all of them together. */
  readonly throughput: number;
  /** MiB of the workerd process: before any upload, and at most. Undefined without /proc. */
  readonly rss: { readonly before: number; readonly peak: number } | undefined;
}

/** Measures uploads of four files of 8 MiB: ours, and a Worker that reads forms with `formData()`. */
export async function measureUploads(
  services: BenchServices,
  options: { readonly seed: Seed; readonly concurrencies: readonly number[] },
): Promise<UploadRow[]> {
  const { seed, concurrencies } = options;
  const rows: UploadRow[] = [];
  for (const concurrency of concurrencies) {
    rows.push(await measure(services, { name: 'ours', entry: 'src/worker.ts', seed, concurrency }));
    rows.push(await measure(services, { name: 'formData()', entry: 'test/bench/naive-upload.ts', seed, concurrency }));
  }
  return rows;
}

async function measure(
  services: BenchServices,
  of: { readonly name: string; readonly entry: string; readonly seed: Seed; readonly concurrency: number },
): Promise<UploadRow> {
  const { name, concurrency } = of;
  const bucket = await startBucket();
  // A process of its own: its peak must be of these uploads alone.
  const target = await startTarget(services, { name: `uploads of ${name}`, entry: of.entry, bucket: bucket.address });
  try {
    const keys = of.seed.keys.slice(-concurrency).map(({ key }) => key);
    const [small, large] = [formOf(mp4(), 1), formOf(videoOf(FILE_BYTES), FILES)];
    await Promise.all(keys.map((key) => send(target.url, key, small)));
    const before = peakRss(target.pid);
    const started = performance.now();
    await Promise.all(keys.map((key) => send(target.url, key, large)));
    const seconds = (performance.now() - started) / 1_000;
    const peak = peakRss(target.pid);
    const throughput = (keys.length * FILES * FILE_BYTES) / MIB / seconds;
    const rss = before === undefined || peak === undefined ? undefined : { before: before / MIB, peak: peak / MIB };
    return { name, concurrency, uploads: keys.length, throughput, rss };
  } finally {
    await target.close();
    await bucket.close();
  }
}

const BOUNDARY = 'bench';

/** A form with several copies of this file, made once for all senders. */
function formOf(file: Uint8Array, count: number): Buffer {
  const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="media"; filename="a.mp4"\r\n\r\n`;
  const parts = Array.from({ length: count }, () => [Buffer.from(head), file, Buffer.from('\r\n')]);
  return Buffer.concat([...parts.flat(), Buffer.from(`--${BOUNDARY}--\r\n`)]);
}

function send(url: string, key: string, body: Buffer): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const headers = {
    ...withKey('', key).headers,
    'Content-Type': `multipart/form-data; boundary=${BOUNDARY}`,
    'Content-Length': body.length,
  };
  const sent = request(`${url}/api/posts`, { method: 'POST', headers }, (response) => {
    let text = '';
    response.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    response.on('end', () => {
      if (response.statusCode === 201) resolve();
      else reject(new Error(`an upload: ${response.statusCode}: ${text}`));
    });
  });
  sent.on('error', reject).end(body);
  return promise;
}

function videoOf(bytes: number): Uint8Array<ArrayBuffer> {
  const padding = bytes - mp4().length - box('free').length;
  return mp4({ atEnd: [box('free', new Uint8Array(padding))] });
}
