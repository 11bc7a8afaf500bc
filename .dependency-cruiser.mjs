// The floors of src/README.md, from the ground up, and the imports that they allow. `npm run check` runs this.

/** Folders and files of `src` by floor; code imports from its own floor and from those below. */
const FLOORS = [
  ['lib/'],
  ['config/'],
  ['data/'],
  ['domain/'],
  ['compose\\.ts$'],
  ['http/', 'jobs/'],
  ['worker\\.ts$'],
  ['dev/', 'ops/', 'build/'],
];
const CLIENT = '^src/client/';

const pathOf = (entries) => `^src/(${entries.join('|')})`;

const upward = FLOORS.slice(0, -1).map((entries, floor) => ({
  name: `floor-${floor}-imports-downward`,
  comment: `${entries.join(', ')} may import from its own floor and from those below it`,
  severity: 'error',
  from: { path: pathOf(entries) },
  to: { path: pathOf(FLOORS.slice(floor + 1).flat()) },
}));

/** A package, and the only files that may import it. */
const packageRules = [
  ['hono', '^src/http/'],
  ['drizzle-orm', '^src/(data/|dev/|ops/|domain/[^/]+/(store|visibility)\\.ts$)'],
  ['@neondatabase/serverless', '^src/(data/db\\.ts$|dev/|ops/)'],
  ['@upstash/redis', '^src/data/throttle\\.ts$'],
  ['@upstash/ratelimit', '^src/data/throttle\\.ts$'],
  ['better-auth', '^src/data/better-auth\\.ts$'],
  ['zod-openapi', '^src/http/openapi/document\\.ts$'],
].map(([name, allowed]) => ({
  name: `${name.replace(/[@/]/g, '')}-stays-in-its-place`,
  severity: 'error',
  from: { path: '^src/', pathNot: allowed },
  to: { path: `node_modules/${name}/` },
}));

export default {
  forbidden: [
    {
      name: 'resolves',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^(cloudflare|node):' },
    },
    {
      name: 'no-circle',
      comment: 'circles of types alone are erased',
      severity: 'error',
      from: { path: '^src/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'every-file-has-a-floor',
      severity: 'error',
      from: { path: '^src/', pathNot: [pathOf(FLOORS.flat()), CLIENT] },
      to: {},
    },
    ...upward,
    {
      name: 'the-client-imports-nothing-of-the-rest',
      severity: 'error',
      from: { path: CLIENT },
      to: { path: '^src/', pathNot: CLIENT },
    },
    {
      name: 'nothing-imports-the-client',
      comment: 'but the receivers of the local stack, which are integrations',
      severity: 'error',
      from: { path: '^src/', pathNot: [CLIENT, '^src/dev/(demo-receiver|webhooks-listen)\\.ts$'] },
      to: { path: CLIENT },
    },
    {
      name: 'domains-meet-through-index',
      comment: 'a domain imports another through its index.ts, and its schemas of responses from responses.ts',
      severity: 'error',
      from: { path: '^src/domain/([^/]+)/' },
      to: { path: '^src/domain/[^/]+/', pathNot: ['^src/domain/$1/', '^src/domain/[^/]+/(index|responses)\\.ts$'] },
    },
    {
      name: 'other-floors-enter-a-domain-through-index',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/domain/' },
      to: { path: '^src/domain/[^/]+/', pathNot: '^src/domain/[^/]+/(index|responses)\\.ts$' },
    },
    {
      name: 'domains-know-each-other-in-one-direction',
      scope: 'folder',
      severity: 'error',
      from: { path: '^src/domain/[^/]+$' },
      to: { circular: true },
    },
    {
      name: 'limits-and-outbox-import-no-domain',
      severity: 'error',
      from: { path: '^src/domain/(limits|outbox)/' },
      to: { path: '^src/domain/[^/]+/', pathNot: '^src/domain/$1/' },
    },
    {
      name: 'deliveries-know-events-alone',
      comment: 'what is sent was written by the outbox; a delivery needs no product rule',
      severity: 'error',
      from: { path: '^src/domain/deliveries/' },
      to: { path: '^src/domain/[^/]+/', pathNot: '^src/domain/(deliveries|outbox)/' },
    },
    {
      name: 'webhooks-know-no-product-rule',
      comment: 'its verbs write once and are throttled; its responses show what events tell',
      severity: 'error',
      from: { path: '^src/domain/webhooks/', pathNot: '/responses\\.ts$' },
      to: { path: '^src/domain/[^/]+/', pathNot: '^src/domain/(webhooks|deliveries|outbox|idempotency|accounts)/' },
    },
    {
      name: 'the-description-is-loaded-late',
      comment: 'an isolate must not load the OpenAPI texts, the reference or the schemas of responses at its start',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot:
          '^src/(http/openapi/|http/api/[^/]+/openapi\\.ts$|http/docs/(?!routes\\.ts)|domain/.*/responses\\.ts$|dev/|ops/)',
      },
      to: {
        path: '^src/(http/openapi/|http/api/[^/]+/openapi\\.ts$|http/docs/(?!routes\\.ts)|domain/.*/responses\\.ts$)',
        dependencyTypesNot: ['type-only', 'dynamic-import'],
      },
    },
    ...packageRules,
    {
      name: 'the-worker-uses-no-node-modules',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(dev|ops|build)/' },
      to: { dependencyTypes: ['core'] },
    },
  ],
  options: {
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    // Vite's suffix for a file as its text, which build/worker.ts resolves.
    exclude: { path: '\\?raw$' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['workerd', 'worker', 'browser', 'import', 'default'],
    },
  },
};
