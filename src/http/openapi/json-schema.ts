import * as z from 'zod';

/** A part of the document. */
export type Json = Record<string, unknown>;

export interface Converted {
  /** A schema by its name. */
  of(name: string): Json | undefined;
  /** Those that have an id, to which the others refer. */
  readonly components: Json;
}

/**
 * Our schemas as JSON Schema (draft 2020-12), which OpenAPI 3.1 uses.
 *
 * @param io the schema of requests, or of responses
 */
export function convert(schemas: Readonly<Record<string, z.ZodType>>, io: 'input' | 'output'): Converted {
  const { properties, $defs } = z.toJSONSchema(z.object(schemas), { io, override: describeFile });
  const refer = (part: unknown): Json =>
    JSON.parse(JSON.stringify(part ?? {}).replaceAll('"#/$defs/', '"#/components/schemas/'));
  const converted = refer(properties);
  return { of: (name) => converted[name] as Json | undefined, components: refer($defs) };
}

/** A file travels as it is, and its size is counted in bytes. */
function describeFile({
  zodSchema,
  jsonSchema,
}: {
  zodSchema: z.core.$ZodTypes;
  jsonSchema: z.core.JSONSchema.BaseSchema;
}) {
  if (zodSchema._zod.def.type !== 'file') return;
  delete jsonSchema.contentEncoding;
  delete jsonSchema.minLength;
  delete jsonSchema.maxLength;
}
