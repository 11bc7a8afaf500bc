import * as z from 'zod';
import {
  createDocument,
  type oas32,
  type ZodOpenApiMediaTypeObject,
  type ZodOpenApiOperationObject,
  type ZodOpenApiOverride,
  type ZodOpenApiPathItemObject,
  type ZodOpenApiRequestBodyObject,
  type ZodOpenApiResponseObject,
  type ZodOpenApiSecuritySchemeObject,
} from 'zod-openapi';
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
import { type Operation, type RequestBody, TAGS } from './operation.ts';
import { OPERATIONS } from './operations.ts';
import { exampleOf, headersOf, problemOf } from './problems.ts';

/** An endpoint, its operation, and the codes with which it may refuse. */
interface Described {
  readonly endpoint: Endpoint;
  readonly operation: Operation;
  readonly codes: readonly ErrorCode[];
}

/**
 * The OpenAPI document of these endpoints, made from the running code: their routes, the schemas that their verbs
 * parse, the one code table and the mapper of errors.
 *
 * @param apiOrigin the origin of the API
 */
export function describeApi(endpoints: readonly Endpoint[], apiOrigin: string): oas32.OpenAPIObject {
  const described = endpoints.map((endpoint): Described => {
    const operation = OPERATIONS[endpoint.operationId];
    return { endpoint, operation, codes: codesOf(endpoint, operation) };
  });
  const codes = [...new Set(described.flatMap((one) => one.codes))].sort();
  const paths: Record<string, ZodOpenApiPathItemObject> = {};
  const refusals: Record<string, ZodOpenApiResponseObject> = {};
  for (const one of described) {
    const path = one.endpoint.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [one.endpoint.method.toLowerCase()]: describe(one) };
    for (const group of byStatus(one.codes)) refusals[group.join('.')] ??= describeRefusals(group);
  }
  return createDocument(
    {
      openapi: '3.1.1',
      info: { title: 'Jestha API', version: '1', description: ABOUT },
      servers: [{ url: apiOrigin }],
      tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
      paths,
      webhooks: Object.fromEntries(
        Object.entries(eventSchemas).map(([name, schema]) => [name, { post: describeWebhook(name, schema) }]),
      ),
      components: {
        securitySchemes: securitySchemes(apiOrigin),
        headers: HEADERS,
        parameters: { 'Idempotency-Key': IDEMPOTENCY_KEY },
        examples: Object.fromEntries(codes.map((code) => [code, exampleOf(code)])),
        responses: refusals,
      },
    },
    { override: describeSchema },
  );
}

/** Corrects what zod-openapi says of a schema. */
const describeSchema: ZodOpenApiOverride = ({ zodSchema, jsonSchema }) => {
  const { type } = zodSchema._zod.def;
  // A file travels as it is, and its size is counted in bytes.
  if (type === 'file') {
    delete jsonSchema.contentEncoding;
    delete jsonSchema.minLength;
    delete jsonSchema.maxLength;
  }
  // The alternatives of a discriminated union have their types.
  if (type === 'union' && jsonSchema.oneOf) delete jsonSchema.type;
};

function describe(one: Described): ZodOpenApiOperationObject {
  const { endpoint, operation, codes } = one;
  const { tag, summary, params, query, body, answer, isRepeatable } = operation;
  const headers = [
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
    ...((params ?? query) && { requestParams: { ...(params && { path: params }), ...(query && { query }) } }),
    ...(headers.length > 0 && { parameters: headers }),
    ...(body && { requestBody: describeBody(body) }),
    responses: {
      [answer.status]: describeSuccess(one),
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

function describeBody({ isOptional, example, json, multipart }: RequestBody): ZodOpenApiRequestBodyObject {
  return {
    required: !isOptional,
    content: {
      ...(json && { 'application/json': { schema: json, ...(example !== undefined && { example }) } }),
      ...(multipart && { 'multipart/form-data': describeForm(multipart) }),
    },
  };
}

/** A form, whose objects are JSON: generated clients send them with that type, a form written by hand as texts. */
function describeForm(schema: z.ZodObject): ZodOpenApiMediaTypeObject {
  const fields = Object.entries(schema.shape);
  const objects = fields.filter(([, field]) => z.toJSONSchema(field, { io: 'input' }).type === 'object');
  const encoding = objects.map(([name]) => [name, { contentType: 'application/json, text/plain' }]);
  return { schema, ...(encoding.length > 0 && { encoding: Object.fromEntries(encoding) }) };
}

function describeSuccess({ endpoint, operation }: Described): ZodOpenApiResponseObject {
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
    ...(schema && { content: { 'application/json': { schema } } }),
  };
}

/** A request that an endpoint of an integration gets, and the expected answer. */
function describeWebhook(name: string, schema: z.ZodType): ZodOpenApiOperationObject {
  return {
    operationId: `receive ${name}`,
    tags: ['Webhooks'],
    summary: name,
    description:
      'Signed by the rules of Standard Webhooks. The same event may come more than once, and in any order: dedupe on its `id`.',
    security: [],
    parameters: [...WEBHOOK_HEADERS],
    requestBody: { required: true, content: { 'application/json': { schema } } },
    responses: {
      '2XX': { description: 'Received. Answer within 10 seconds, and do the work afterwards.' },
      410: { description: 'Gone: we disable the endpoint.' },
      429: { description: 'Not now: retried after `Retry-After`, as for 503.' },
      default: { description: 'Retried, up to ten attempts in three days. Redirects are not followed.' },
    },
  };
}

/** All errors of one status that some operation has. */
function describeRefusals(codes: readonly ErrorCode[]): ZodOpenApiResponseObject {
  const own = new Set(codes.flatMap(headersOf));
  const isOfEach = (name: HeaderName) => codes.every((code) => headersOf(code).includes(name));
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
        schema: problemOf(codes),
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

function securityOf({ access, ...endpoint }: Endpoint): Record<string, string[]>[] {
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

const headerRefs = (names: readonly HeaderName[]) =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));

const securitySchemes = (origin: string): Record<string, ZodOpenApiSecuritySchemeObject> => ({
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
