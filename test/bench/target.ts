import { join } from 'node:path';
import { unstable_readConfig } from 'wrangler';
import * as z from 'zod';
import { type Bundle, bundle, ROOT } from '../support/worker/bundle.ts';
import { cpuMicros } from './cpu.ts';
import type { BenchServices, Controls } from './services.ts';
import { startWorkerd } from './workerd.ts';

const WRANGLER_TOML = join(ROOT, 'wrangler.toml');

const HTTP_ORIGINS = { WEB_ORIGIN: 'http://jestha.com', API_ORIGIN: 'http://api.jestha.com' };

/** The settings of wrangler.toml that the measured Workers run with. */
const settingsSchema = z.object({
  compatibility_date: z.string(),
  compatibility_flags: z.array(z.string()),
  vars: z.record(z.string(), z.string()),
  ratelimits: z.array(z.object({ name: z.string(), simple: z.object({ limit: z.number(), period: z.number() }) })),
});

/** Something that answers requests and asks the services. */
export interface Measurable {
  readonly url: string;
  /** The scope of the services that is its own. */
  readonly controls: Controls;
  /** CPU time used so far, in microseconds; undefined if it cannot be read. */
  cpu(): number | undefined;
}

/** A Worker, alone in a workerd process of its own. */
export interface Target extends Measurable {
  readonly bundle: Bundle;
  readonly pid: number | undefined;
  /** Of the inspector; empty without one. */
  readonly inspectorUrl: string;
  close(): Promise<void>;
}

/**
 * Builds a Worker and starts it with the bindings and compatibility settings of wrangler.toml, and with secrets that
 * name a scope of its own.
 *
 * @param options.entry of the bundle, relative to the project
 * @param options.bucket `host:port` of the bucket
 * @param options.isInspected whether a profiler may look into it
 */
export async function startTarget(
  services: BenchServices,
  options: { readonly name: string; readonly entry: string; readonly bucket?: string; readonly isInspected?: boolean },
): Promise<Target> {
  const built = await bundle(options.entry);
  const settings = settingsSchema.parse(unstable_readConfig({ config: WRANGLER_TOML }));
  const running = await startWorkerd({
    modules: built.modules,
    compatibilityDate: settings.compatibility_date,
    compatibilityFlags: settings.compatibility_flags,
    // Requests come over plain http, which an origin of https would refuse.
    texts: { ...settings.vars, ...HTTP_ORIGINS, ...services.secretsFor(options.name) },
    bucket: options.bucket,
    limiters: settings.ratelimits.map(({ name, simple }) => ({ name, ...simple })),
    isInspected: options.isInspected === true,
  });
  return {
    bundle: built,
    url: running.url,
    pid: running.pid,
    inspectorUrl: running.inspectorUrl,
    controls: services.controlsFor(options.name),
    cpu: () => cpuMicros(running.pid),
    close: () => running.close(),
  };
}
