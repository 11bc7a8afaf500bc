import type { Markup } from '../site/render.ts';
import type { Entry, Schema } from './api.ts';

const HINTS = {
  GET: 'The key stays in this page.',
  POST: 'This is a real call, made as the account of the key.',
  PATCH: 'This really changes something, as the account of the key.',
  DELETE: 'This really deletes something, for good.',
} as const;

/** A field of the form, and the place in the request that its value goes to. */
interface Field {
  readonly name: string;
  readonly schema: Schema;
  readonly place: 'path' | 'query' | 'body';
  readonly isRequired: boolean;
  readonly example: unknown;
}

/**
 * A form that sends the call from the page, and the curl line of that call. It needs our script, which shows it. No
 * field has a name, so a browser cannot put one into a URL.
 */
export function TryIt({ entry, apiOrigin }: { readonly entry: Entry; readonly apiOrigin: string }): Markup {
  const { endpoint, operation, path, json, form } = entry;
  const body = json && form ? 'either' : form ? 'form' : 'json';
  const curlId = `curl-${endpoint.operationId}`;
  return (
    <details class="try" hidden>
      <summary>Try it</summary>
      <form data-method={endpoint.method} data-path={path} data-origin={apiOrigin} data-body={body} autocomplete="off">
        <label>
          API key
          <input type="password" data-key autocomplete="off" spellcheck={false} placeholder="jes_live_…" />
        </label>
        <label class="choice">
          <input type="checkbox" data-show /> Show the key
        </label>
        {fieldsOf(entry).map((field) => (
          <>
            <label for={idOf(field)}>
              <code>{field.name}</code>
              {field.isRequired ? <span class="muted"> required</span> : null}
            </label>
            <Control field={field} />
          </>
        ))}
        <button type="submit" class={endpoint.method === 'DELETE' ? 'danger' : ''}>
          Send {endpoint.method}
          <span class="visually-hidden"> {path}</span>
        </button>
        <p class="hint">{HINTS[endpoint.method]}</p>
        <figure class="code">
          <figcaption>
            curl of this call
            <button type="button" class="quiet" hidden data-copy={curlId}>
              <span aria-live="polite">Copy</span>
              <span class="visually-hidden">: curl of this call</span>
            </button>
          </figcaption>
          <pre id={curlId} data-curl></pre>
        </figure>
        <output></output>
        <section hidden tabindex={0} aria-label={`Answer to ${operation.summary}`}>
          <pre></pre>
        </section>
      </form>
    </details>
  );
}

const idOf = ({ name }: Field) => `try-${name}`;

function fieldsOf({ operation, parameters, json, form }: Entry): Field[] {
  const examples = operation.body?.isOptional ? {} : ((json?.example ?? {}) as Readonly<Record<string, unknown>>);
  const required = (json ?? form)?.schema.required ?? [];
  const properties = { ...form?.schema.properties, ...json?.schema.properties };
  return [
    ...parameters
      .filter((one) => one.in !== 'header')
      .map(({ name, schema, in: place }) => ({
        name,
        schema,
        place: place === 'path' ? ('path' as const) : ('query' as const),
        isRequired: place === 'path',
        example: undefined,
      })),
    ...Object.entries(properties).map(([name, schema]) => ({
      name,
      schema,
      place: 'body' as const,
      isRequired: required.includes(name),
      example: examples[name],
    })),
  ];
}

/** The schema that a value has unless it is null. */
const nonNull = (schema: Schema): Schema => schema.anyOf?.find(({ type }) => type !== 'null') ?? schema;

const typeOf = ({ type }: Schema) => (typeof type === 'string' ? type : type?.find((one) => one !== 'null'));

/** The control that fits a schema; `data-as` tells the script how to read its value. */
function Control({ field }: { readonly field: Field }): Markup {
  const { name, place, isRequired, example } = field;
  const schema = nonNull(field.schema);
  const type = typeOf(schema);
  const data = { id: idOf(field), 'data-in': place, 'data-name': name, ...(isRequired && { 'data-required': true }) };
  if (schema.format === 'binary') return <input type="file" data-as="files" {...data} />;
  if (schema.items?.format === 'binary') return <input type="file" multiple data-as="files" {...data} />;
  if (schema.enum) return <Choice options={schema.enum} chosen={[example]} data={data} as="text" />;
  if (type === 'boolean')
    return <Choice options={['true', 'false']} chosen={[String(example)]} data={data} as="json" />;
  if (type === 'integer' || type === 'number') {
    const { minimum, maximum } = schema;
    return (
      <input
        type="number"
        data-as="json"
        step={type === 'integer' ? 1 : 'any'}
        min={minimum}
        max={maximum}
        value={example === undefined ? undefined : String(example)}
        {...data}
      />
    );
  }
  if (type === 'array' && schema.items?.enum) {
    const chosen = Array.isArray(example) ? example : [];
    return <Choice isMultiple options={schema.items.enum} chosen={chosen} data={data} as="list" />;
  }
  if (type === 'array') {
    const lines = Array.isArray(example) ? example.join('\n') : '';
    return <Lines rows={2} text={lines} placeholder="One on each line" data={data} as="list" />;
  }
  if (type === 'object') {
    const text = example === undefined ? '' : JSON.stringify(example);
    return <Lines rows={2} text={text} placeholder="An object as JSON" data={data} as="json" />;
  }
  const text = example === undefined ? '' : String(example);
  if (name === 'content' || name === 'caption') return <Lines rows={3} text={text} data={data} as="text" />;
  return <input type="text" data-as="text" value={text} required={place === 'path'} spellcheck={false} {...data} />;
}

interface ControlProps {
  readonly data: Readonly<Record<string, string | boolean>>;
  readonly as: 'text' | 'list' | 'json';
}

function Choice(
  props: ControlProps & {
    readonly options: readonly string[];
    readonly chosen: readonly unknown[];
    readonly isMultiple?: boolean;
  },
): Markup {
  const { options, chosen, isMultiple = false, data, as } = props;
  return (
    <select data-as={as} multiple={isMultiple} size={isMultiple ? options.length : undefined} {...data}>
      {isMultiple ? null : <option value="">not sent</option>}
      {options.map((option) => (
        <option value={option} selected={chosen.includes(option)}>
          {option}
        </option>
      ))}
    </select>
  );
}

function Lines(
  props: ControlProps & { readonly rows: number; readonly text: string; readonly placeholder?: string },
): Markup {
  const { rows, text, placeholder, data, as } = props;
  return (
    <textarea rows={rows} data-as={as} placeholder={placeholder} spellcheck={false} {...data}>
      {text}
    </textarea>
  );
}
