import { join } from 'node:path';
import { unstable_readConfig } from 'wrangler';
import * as z from 'zod';
import { ROOT } from '../dev/state.ts';

const settingsSchema = z.object({
  /** The Worker's. */
  name: z.string(),
  vars: z.record(z.string(), z.string()),
  routes: z
    .array(
      z.object({
        pattern: z.string(),
        zone_name: z.string().optional(),
        /** The host is the Worker's, with its DNS record. */
        custom_domain: z.boolean().optional(),
      }),
    )
    .default([]),
  triggers: z.object({ crons: z.array(z.string()) }),
  workers_dev: z.boolean().optional(),
  preview_urls: z.boolean().optional(),
  observability: z.unknown(),
  queues: z.object({
    producers: z.array(z.object({ queue: z.string(), binding: z.string() })).default([]),
    consumers: z.array(z.object({ queue: z.string() })).default([]),
  }),
  r2_buckets: z.array(z.object({ bucket_name: z.string(), binding: z.string() })),
  ratelimits: z.array(z.object({ name: z.string(), namespace_id: z.string() })),
  version_metadata: z.object({ binding: z.string() }).optional(),
});

/** The settings of `wrangler.toml` that concern a deployment. */
export type WranglerSettings = z.infer<typeof settingsSchema>;

/**
 * `wrangler.toml` as wrangler itself reads it. @param env a section `[env.…]`; without it the one that is production
 */
export function readWranglerConfig(env?: string): WranglerSettings {
  return settingsSchema.parse(
    unstable_readConfig({ config: join(ROOT, 'wrangler.toml'), ...(env !== undefined && { env }) }),
  );
}

/** The names of everything bound to the Worker, variables included. */
export function bindingNames(settings: WranglerSettings): string[] {
  return [
    ...Object.keys(settings.vars),
    ...settings.queues.producers.map(({ binding }) => binding),
    ...settings.r2_buckets.map(({ binding }) => binding),
    ...settings.ratelimits.map(({ name }) => name),
    ...(settings.version_metadata ? [settings.version_metadata.binding] : []),
  ].sort();
}
