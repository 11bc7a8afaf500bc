import type { ErrorCode } from '../../config/errors.ts';
import type { Endpoint } from '../api/endpoint.ts';
import { ENDPOINTS } from '../api/index.ts';
import { codesOf } from '../openapi/codes.ts';
import { describeApi } from '../openapi/document.ts';
import type { Operation } from '../openapi/operation.ts';
import { OPERATIONS } from '../openapi/operations.ts';

/** The part of a JSON Schema that the reference reads. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly string[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly format?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly description?: string;
  readonly schema: Schema;
}

interface Content {
  readonly schema: Schema;
  readonly example?: unknown;
}

type ContentType = 'application/json' | 'multipart/form-data';

interface DescribedOperation {
  readonly parameters?: readonly (Parameter | { readonly $ref: string })[];
  readonly requestBody?: { readonly content: { readonly [T in ContentType]?: Content } };
  readonly responses: Readonly<Record<string, { readonly content?: { readonly [T in ContentType]?: Content } }>>;
}

interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly parameters: Readonly<Record<string, Parameter>>;
  };
}

/** An endpoint with everything that the reference shows. */
export interface Entry {
  readonly endpoint: Endpoint;
  readonly operation: Operation;
  /** As OpenAPI writes it: `/api/posts/{id}`. */
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly json: Content | undefined;
  readonly form: Content | undefined;
  readonly answer: Schema | undefined;
  readonly codes: readonly ErrorCode[];
}

export interface Api {
  readonly entries: readonly Entry[];
  /** The schemas of answers, by name; without the bodies of errors. */
  readonly objects: ReadonlyMap<string, Schema>;
}

/** The API as its OpenAPI document describes it. */
export function readApi(apiOrigin: string): Api {
  const { paths, components } = describe(apiOrigin);
  const entries = ENDPOINTS.map((endpoint): Entry => {
    const operation = OPERATIONS[endpoint.operationId];
    const path = endpoint.path.replaceAll(/:(\w+)/g, '{$1}');
    const described = paths[path]?.[endpoint.method.toLowerCase()];
    const content = described?.requestBody?.content;
    return {
      endpoint,
      operation,
      path,
      parameters: (described?.parameters ?? []).flatMap((one) =>
        '$ref' in one ? (components.parameters[nameOf(one.$ref)] ?? []) : one,
      ),
      json: content?.['application/json'],
      form: content?.['multipart/form-data'],
      answer: described?.responses[operation.answer.status]?.content?.['application/json']?.schema,
      codes: codesOf(endpoint, operation),
    };
  });
  return {
    entries,
    objects: new Map(
      Object.entries(components.schemas)
        .filter(([name]) => !name.endsWith('Problem'))
        .sort(([a], [b]) => a.localeCompare(b)),
    ),
  };
}

/** The path of an operation in the reference. */
export const pathOfOperation = ({ operationId }: Pick<Endpoint, 'operationId'>): string =>
  `/docs/reference/${operationId}`;

/** The path of an object in the reference: `Jes`. */
export const pathOfObject = (name: string): string => `/docs/reference/objects#${name}`;

/** `#/components/schemas/Jes` → `Jes`. */
export const nameOf = (ref: string): string => ref.slice(ref.lastIndexOf('/') + 1);

/** The document, typed as the parts that the reference reads. */
function describe(apiOrigin: string): ApiDocument {
  return describeApi(ENDPOINTS, apiOrigin) as unknown as ApiDocument;
}
