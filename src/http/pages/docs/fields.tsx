import type { Markup } from '../render.ts';
import { nameOf, type Schema } from './api.ts';
import { count, Words } from './words.tsx';

/** What a value may be, in a few words: `string, 1–5,000 characters`. */
function TypeOf({ schema }: { readonly schema: Schema }): Markup {
  const { $ref, anyOf, type, items, format } = schema;
  if ($ref !== undefined) return <a href={`#object-${nameOf($ref)}`}>{nameOf($ref)}</a>;
  if (anyOf) {
    return (
      <>
        {anyOf.map((one, i) => (
          <>
            {i > 0 ? ' or ' : ''}
            <TypeOf schema={one} />
          </>
        ))}
      </>
    );
  }
  if (schema.enum) return <>{schema.enum.map((one) => `"${one}"`).join(' or ')}</>;
  if (schema.const !== undefined) return <>{JSON.stringify(schema.const)}</>;
  if (type === 'array') {
    return (
      <>
        list of <TypeOf schema={items ?? {}} />
        {within(schema.minItems, schema.maxItems, 'items')}
      </>
    );
  }
  if (format === 'binary') return <>file</>;
  if (format === 'date-time') return <>date and time</>;
  if (format === 'uri') return <>URL{within(undefined, schema.maxLength, 'characters')}</>;
  return (
    <>
      {typeof type === 'string' ? type : type?.join(' or ')}
      {within(schema.minLength, schema.maxLength, 'characters')}
      {within(schema.minimum, schema.maximum, '')}
    </>
  );
}

function within(min: number | undefined, max: number | undefined, unit: string): string {
  if (max === undefined || max === Number.MAX_SAFE_INTEGER) return '';
  const range = min === undefined ? `at most ${count(max)}` : `${count(min)} to ${count(max)}`;
  return `, ${range} ${unit}`.trimEnd();
}

/** One name with what it means; what is within it below. */
export function Field(props: {
  readonly name: string;
  readonly schema: Schema;
  readonly required?: boolean;
  readonly description?: string | undefined;
  readonly isAnswer?: boolean | undefined;
}): Markup {
  const { name, schema, required, isAnswer } = props;
  const description = props.description ?? schema.description;
  const inner = [schema, schema.items, ...(schema.anyOf ?? [])].find((one) => one?.properties);
  return (
    <div>
      <dt>
        <code>{name}</code>
        <span class="type">
          <TypeOf schema={schema} />
        </span>
        {required && !isAnswer ? <span class="required">required</span> : null}
        {isAnswer && !required ? <span class="type">may be absent</span> : null}
      </dt>
      <dd>
        {description === undefined ? null : <Words>{description}</Words>}
        {schema.default === undefined || schema.default === '' ? null : (
          <>
            {' '}
            Default <code>{String(schema.default)}</code>.
          </>
        )}
        {inner ? <Fields schema={inner} isAnswer={isAnswer} /> : null}
      </dd>
    </div>
  );
}

/** The fields of an object. @param isAnswer of what is answered, where what may be absent is worth a word, not what is there */
export function Fields(props: { readonly schema: Schema; readonly isAnswer?: boolean | undefined }): Markup {
  const { schema, isAnswer } = props;
  return (
    <dl class="fields">
      {Object.entries(schema.properties ?? {}).map(([name, property]) => (
        <Field name={name} schema={property} required={schema.required?.includes(name) === true} isAnswer={isAnswer} />
      ))}
    </dl>
  );
}
