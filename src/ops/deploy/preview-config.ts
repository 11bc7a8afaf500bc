import * as z from 'zod';

const producer = z.strictObject({ queue: z.string(), binding: z.string() });

/**
 * The sections that `wrangler.toml` may hold. Strict, so that a new kind of binding fails here, in a test, until its
 * meaning in a preview is defined: a binding passed on unseen would be production's.
 */
const productionSchema = z.strictObject({
  name: z.string(),
  main: z.string(),
  compatibility_date: z.string(),
  compatibility_flags: z.array(z.string()),
  workers_dev: z.literal(false),
  preview_urls: z.literal(false),
  no_bundle: z.boolean(),
  upload_source_maps: z.boolean(),
  routes: z.array(z.unknown()),
  build: z.strictObject({ command: z.string(), watch_dir: z.string() }),
  dev: z.strictObject({ host: z.string() }),
  rules: z.array(z.unknown()),
  observability: z.record(z.string(), z.unknown()),
  version_metadata: z.strictObject({ binding: z.string() }),
  vars: z.record(z.string(), z.string()),
  triggers: z.strictObject({ crons: z.array(z.string()) }),
  ratelimits: z.array(z.strictObject({ name: z.string(), namespace_id: z.string(), simple: z.unknown() })),
  r2_buckets: z.array(z.strictObject({ binding: z.string(), bucket_name: z.string() })).default([]),
  queues: z.strictObject({ producers: z.array(producer), consumers: z.array(z.unknown()) }),
});

const SUFFIX = '-preview';

/**
 * The Worker of previews: production's code and bindings, over nothing that production has. Its versions are reached by
 * `workers.dev` addresses, which production's never are.
 *
 * No routes, no crons, no consumers: those belong to a Worker and not to its versions, and the deployed version of this
 * one is no preview. So nothing is swept, and links wait in the queue until they expire.
 *
 * @param production `wrangler.toml` as it is written
 * @param root the folder of `wrangler.toml`
 */
export function previewConfig(production: unknown, root: string) {
  const { routes: _, triggers: __, dev: ___, build, queues, ...settings } = productionSchema.parse(production);
  return {
    ...settings,
    name: settings.name + SUFFIX,
    main: `${root}/${settings.main}`,
    build: { command: build.command, cwd: root },
    workers_dev: true,
    preview_urls: true,
    triggers: { crons: [] },
    ratelimits: settings.ratelimits.map((limit) => ({ ...limit, namespace_id: `9${limit.namespace_id}` })),
    r2_buckets: settings.r2_buckets.map((bucket) => ({ ...bucket, bucket_name: bucket.bucket_name + SUFFIX })),
    queues: { producers: queues.producers.map((each) => ({ ...each, queue: each.queue + SUFFIX })), consumers: [] },
  };
}
