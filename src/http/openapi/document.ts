import { ERRORS, type ErrorCode } from '../../config/errors.ts';
import {
  BODY_STALL_MS,
  CREATIONS_PER_DAY,
  DAILY_LIMITS,
  JSON_BODY_MAX_BYTES,
  POSTS_PER_MINUTE,
  REQUESTS_PER_DAY,
  REQUESTS_PER_MINUTE,
  THROTTLES,
} from '../../config/limits.ts';
import { sessionCookieName } from '../../data/identity.ts';
import { SCOPES } from '../../domain/keys/index.ts';
import { eventSchemas } from '../../domain/webhooks/responses.ts';
import { grouped } from '../../lib/grouped.ts';
import type { Endpoint } from '../api/endpoint.ts';
import { codesOf } from './codes.ts';
import { HEADERS, type HeaderName, IDEMPOTENCY_KEY, IF_NONE_MATCH, WEBHOOK_HEADERS } from './headers.ts';
import { type Converted, convert, type Json } from './json-schema.ts';
import { type Operation, TAGS } from './operation.ts';
import { OPERATIONS } from './operations.ts';
import { exampleOf, headersOf, problemSchema } from './problems.ts';

/** An endpoint, its operation, and the codes with which it may refuse. */
interface Described {
  readonly endpoint: Endpoint;
  readonly operation: Operation;
  readonly codes: readonly ErrorCode[];
}

/** Its schemas, by purpose. */
interface Schemas {
  readonly bodies: Converted;
  readonly forms: Converted;
  readonly answers: Converted;
  readonly parameters: Converted;
  readonly problems: Converted;
  readonly events: Converted;
}

/**
 * The OpenAPI document of these endpoints, made from the running code: their routes, the schemas that their verbs
 * parse, the one code table and the mapper of errors.
 *
 * @param apiOrigin the origin of the API
 */
export function describeApi(endpoints: readonly Endpoint[], apiOrigin: string): Json {
  const described = endpoints.map((endpoint): Described => {
    const operation = OPERATIONS[endpoint.operationId];
    return { endpoint, operation, codes: codesOf(endpoint, operation) };
  });
  const codes = [...new Set(described.flatMap((one) => one.codes))].sort();
  const schemas = schemasOf(described, codes);
  const paths: Record<string, Json> = {};
  const refusals: Record<string, Json> = {};
  for (const one of described) {
    const path = one.endpoint.path.replaceAll(/:(\w+)/g, '{$1}');
    const methods = paths[path] ?? {};
    methods[one.endpoint.method.toLowerCase()] = describe(one, schemas);
    paths[path] = methods;
    for (const group of byStatus(one.codes)) refusals[group.join('.')] ??= describeRefusals(group, schemas);
  }
  return {
    openapi: '3.1.1',
    info: { title: 'Jestha API', version: '1', description: ABOUT },
    servers: [{ url: apiOrigin }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    webhooks: Object.fromEntries(Object.keys(eventSchemas).map((name) => [name, describeWebhook(name, schemas)])),
    components: {
      securitySchemes: securitySchemes(apiOrigin),
      headers: HEADERS,
      parameters: { 'Idempotency-Key': IDEMPOTENCY_KEY },
      examples: Object.fromEntries(codes.map((code) => [code, exampleOf(code)])),
      responses: refusals,
      schemas: Object.assign({}, ...Object.values(schemas).map(({ components }) => components)),
    },
  };
}

function schemasOf(described: readonly Described[], codes: readonly ErrorCode[]): Schemas {
  const by = <T>(pick: (operation: Operation) => T | undefined): Record<string, T> =>
    Object.fromEntries(
      described.flatMap(({ endpoint, operation }) => {
        const picked = pick(operation);
        return picked === undefined ? [] : [[endpoint.operationId, picked]];
      }),
    );
  return {
    bodies: convert(
      by(({ body }) => body?.json),
      'input',
    ),
    forms: convert(
      by(({ body }) => body?.multipart),
      'input',
    ),
    answers: convert(
      by(({ answer }) => answer.schema),
      'output',
    ),
    parameters: convert(
      by(({ params, query }) => (params && query ? params.extend(query.shape) : (params ?? query))),
      'output',
    ),
    events: convert(eventSchemas, 'output'),
    problems: convert(Object.fromEntries(codes.map((code) => [code, problemSchema(code)])), 'output'),
  };
}

function describe(one: Described, schemas: Schemas): Json {
  const { endpoint, operation, codes } = one;
  const { tag, summary, answer, isRepeatable } = operation;
  const parameters = [
    ...describeParameters(one, schemas),
    ...(isRepeatable ? [{ $ref: '#/components/parameters/Idempotency-Key' }] : []),
    ...(answer.isCacheable ? [IF_NONE_MATCH] : []),
  ];
  const refusals = byStatus(codes).map((group) => [
    statusOf(group),
    { $ref: `#/components/responses/${group.join('.')}` },
  ]);
  return {
    operationId: endpoint.operationId,
    tags: [tag],
    summary,
    description: describeInWords(one),
    security: securityOf(endpoint),
    ...(parameters.length > 0 && { parameters }),
    ...(operation.body && { requestBody: describeBody(one, schemas) }),
    responses: {
      [answer.status]: describeSuccess(one, schemas),
      ...(answer.isCacheable && {
        304: {
          description: 'Not changed since the version that you have.',
          headers: headerRefs([...EVERY_ANSWER, 'ETag']),
        },
      }),
      ...Object.fromEntries(refusals),
    },
  };
}

/** The scope and the limits in words, since the document's own fields do not say them. */
function describeInWords({ endpoint, operation, codes }: Described): string {
  const scope = endpoint.access === 'caller' && endpoint.scope;
  const isLimited = endpoint.access === 'caller' && endpoint.limiter === 'posts';
  return [
    operation.description,
    scope && `A key needs the scope \`${scope}\`.`,
    endpoint.access === 'session' && 'For a signed-in person; never for API keys, whatever their scopes.',
    isLimited && `At most ${POSTS_PER_MINUTE} a minute with one key.`,
    endpoint.access === 'caller' &&
      codes.includes('daily_quota_exceeded') &&
      `At most ${grouped(CREATIONS_PER_DAY)} Jes and JesClips through the API per account and UTC day.`,
  ]
    .filter(Boolean)
    .join(' ');
}

function describeParameters({ endpoint, operation }: Described, { parameters }: Schemas): Json[] {
  const { params, query } = operation;
  const properties = parameters.of(endpoint.operationId)?.properties ?? {};
  return Object.entries(properties as Record<string, Json>).map(([name, { description, ...schema }]) => ({
    name,
    in: params?.shape[name] ? 'path' : 'query',
    required: !query?.shape[name]?.safeParse(undefined).success,
    ...(description !== undefined && { description }),
    schema,
  }));
}

function describeBody({ endpoint, operation }: Described, { bodies, forms }: Schemas): Json {
  const { isOptional = false, example, json, multipart } = operation.body ?? {};
  return {
    required: !isOptional,
    content: {
      ...(json && {
        'application/json': { schema: bodies.of(endpoint.operationId), ...(example !== undefined && { example }) },
      }),
      ...(multipart && { 'multipart/form-data': describeForm(forms.of(endpoint.operationId)) }),
    },
  };
}

/** A form, whose objects are JSON: generated clients send them with that type, a form written by hand as texts. */
function describeForm(schema: Json | undefined): Json {
  const fields = Object.entries((schema?.properties ?? {}) as Record<string, Json>);
  const objects = fields.filter(([, { type }]) => type === 'object');
  const encoding = objects.map(([name]) => [name, { contentType: 'application/json, text/plain' }]);
  return { schema, ...(encoding.length > 0 && { encoding: Object.fromEntries(encoding) }) };
}

function describeSuccess({ endpoint, operation }: Described, { answers }: Schemas): Json {
  const { description, schema, headers = [], isCacheable } = operation.answer;
  return {
    description,
    headers: headerRefs([
      ...EVERY_ANSWER,
      ...(endpoint.access === 'public' ? [] : OF_LIMITS),
      ...(operation.isRepeatable ? (['Idempotent-Replayed'] as const) : []),
      ...(isCacheable ? (['ETag'] as const) : []),
      ...headers,
    ]),
    ...(schema && { content: { 'application/json': { schema: answers.of(endpoint.operationId) } } }),
  };
}

/** A request that an endpoint of an integration gets, and the expected answer. */
function describeWebhook(name: string, { events }: Schemas): Json {
  return {
    post: {
      operationId: `receive ${name}`,
      tags: ['Webhooks'],
      summary: name,
      description:
        'Signed by the rules of Standard Webhooks. The same event may come more than once, and in any order: dedupe on its `id`.',
      security: [],
      parameters: WEBHOOK_HEADERS,
      requestBody: { required: true, content: { 'application/json': { schema: events.of(name) } } },
      responses: {
        '2XX': { description: 'Received. Answer within 10 seconds, and do the work afterwards.' },
        410: { description: 'Gone: we disable the endpoint.' },
        429: { description: 'Not now: retried after `Retry-After`, as for 503.' },
        default: { description: 'Retried, up to ten attempts in three days. Redirects are not followed.' },
      },
    },
  };
}

/** All errors of one status that some operation has. */
function describeRefusals(codes: readonly ErrorCode[], { problems }: Schemas): Json {
  const own = new Set(codes.flatMap(headersOf));
  const isOfEach = (name: HeaderName) => codes.every((code) => headersOf(code).includes(name));
  const [first, ...others] = codes.map((code) => problems.of(code));
  return {
    description: codes.map((code) => ERRORS[code].title).join(' · '),
    headers: {
      ...headerRefs([...EVERY_ANSWER, ...OF_LIMITS]),
      ...headerRefs([...own].filter(isOfEach)),
      ...Object.fromEntries(
        [...own].filter((name) => !isOfEach(name)).map((name) => [name, { ...HEADERS[name], required: false }]),
      ),
    },
    content: {
      'application/json': {
        schema:
          others.length === 0
            ? first
            : {
                oneOf: [first, ...others],
                discriminator: {
                  propertyName: 'code',
                  mapping: Object.fromEntries(
                    codes.map((code) => [code, (problems.of(code) as { $ref: string }).$ref]),
                  ),
                },
              },
        examples: Object.fromEntries(codes.map((code) => [code, { $ref: `#/components/examples/${code}` }])),
      },
    },
  };
}

/** Codes in groups of one status each, which ascend. */
function byStatus(codes: readonly ErrorCode[]): ErrorCode[][] {
  const groups = Map.groupBy(codes, (code) => ERRORS[code].status);
  return [...groups].sort(([a], [b]) => a - b).map(([, group]) => group);
}

const statusOf = ([code]: readonly ErrorCode[]) => code && ERRORS[code].status;

function securityOf({ access, ...endpoint }: Endpoint): Json[] {
  switch (access) {
    case 'caller':
      return [{ apiKey: 'scope' in endpoint ? [endpoint.scope] : [] }, { session: [] }];
    case 'session':
      return [{ session: [] }];
    case 'visitor':
    case 'public':
      return [];
  }
}

const EVERY_ANSWER = ['X-Request-Id', 'X-Jestha-Api-Version'] as const satisfies readonly HeaderName[];
const OF_LIMITS = [
  'X-RateLimit-Limit',
  'X-RateLimit-Remaining',
  'X-RateLimit-Reset',
  'RateLimit-Policy',
  'RateLimit',
  'X-Jestha-Key-Expires',
  'X-Jestha-Degraded',
] as const satisfies readonly HeaderName[];

const headerRefs = (names: readonly HeaderName[]): Json =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));

const securitySchemes = (origin: string) => ({
  apiKey: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'jes_live_…',
    description: [
      'An API key: `Authorization: Bearer jes_live_…`. It acts for one account, within its scopes:',
      '',
      ...Object.entries(SCOPES).map(([scope, sentence]) => `- \`${scope}\`: ${sentence}`),
    ].join('\n'),
  },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: sessionCookieName(origin),
    description: 'The session of a signed-in person.',
  },
});

const ABOUT = [
  'What services do in the name of the people of Jestha, with an API key of theirs.',
  '',
  `A key may make ${REQUESTS_PER_MINUTE} requests in a rolling minute and ${grouped(REQUESTS_PER_DAY)} in rolling 24 hours.`,
  '',
  `A signed-in person may send ${THROTTLES.personWrites.attempts} writes and post ${THROTTLES.personJes.attempts} Jes in a ` +
    `rolling minute. Per UTC day: ${grouped(DAILY_LIMITS.jes.limit)} Jes and JesClips, ${DAILY_LIMITS.jehubs.limit} new ` +
    `JeHubs, ${DAILY_LIMITS.follows.limit} follows, and ${DAILY_LIMITS.uploads.limit} files of together ${DAILY_LIMITS.uploadBytes.limit / 1_024 ** 3} GiB.`,
  '',
  `A JSON body has at most ${grouped(JSON_BODY_MAX_BYTES)} bytes, in UTF-8 and not compressed. Its type is ` +
    '`application/json`, `text/json` or one that ends in `+json`. A body that breaks off, or of which nothing arrives for ' +
    `${BODY_STALL_MS / 1_000} seconds, is 400 \`invalid_request\`.`,
  '',
  'Every error is `{ error, message, code, requestId }`; program against `code`. What is not described here is 404 ' +
    '`not_found`, another method on a path that is, 405 `method_not_allowed` with `Allow`.',
].join('\n');
