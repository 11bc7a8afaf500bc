import { ERRORS } from '../../../config/errors.ts';
import { CREATIONS_PER_DAY, POSTS_PER_MINUTE } from '../../../config/limits.ts';
import type { Endpoint } from '../../endpoint.ts';
import type { Markup } from '../render.ts';
import type { Api, Entry, Schema } from './api.ts';
import { nameOf } from './api.ts';
import { Field, Fields } from './fields.tsx';
import { curlOf, fetchOf, sampleOf } from './samples.ts';
import { Code, count, Words } from './words.tsx';

/** Where an operation stands on the page. */
export const anchorOf = ({ operationId }: Endpoint): string => `op-${operationId}`;

export function OperationEntry(props: {
  readonly entry: Entry;
  readonly objects: Api['objects'];
  readonly apiOrigin: string;
}): Markup {
  const { entry, objects, apiOrigin } = props;
  const { endpoint, operation, path, answer } = entry;
  const id = anchorOf(endpoint);
  return (
    <section class="op" id={id}>
      <div>
        <h4>
          <a href={`#${id}`}>{operation.summary}</a>
        </h4>
        <p class="route">
          <span class={`verb ${endpoint.method}`}>{endpoint.method}</span> <code>{path}</code>
        </p>
        {operation.description === undefined ? null : (
          <p>
            <Words>{operation.description}</Words>
          </p>
        )}
        <Needs entry={entry} />
        <Inputs entry={entry} />
        <h5>Answer</h5>
        <p>
          <strong>{operation.answer.status}</strong> <Words>{operation.answer.description}</Words>
          <AnswerObject schema={answer} />
        </p>
        {answer?.properties ? <Fields schema={answer} isAnswer /> : null}
        <Errors entry={entry} />
      </div>
      <div class="side">
        <Code id={`${id}-curl`} title="curl">
          {curlOf(entry, apiOrigin)}
        </Code>
        {endpoint.access === 'caller' ? (
          <details>
            <summary>JavaScript</summary>
            <Code id={`${id}-fetch`} title="fetch">
              {fetchOf(entry, apiOrigin)}
            </Code>
          </details>
        ) : null}
        {answer ? (
          <Code id={`${id}-answer`} title={`Answer: ${operation.answer.status}`}>
            {JSON.stringify(sampleOf(answer, objects), null, 2)}
          </Code>
        ) : null}
        {endpoint.access === 'caller' ? <Try entry={entry} /> : null}
      </div>
    </section>
  );
}

/** Who may call it, and what counts. */
function Needs({ entry: { endpoint, codes, operation } }: { readonly entry: Entry }): Markup {
  const scope = endpoint.access === 'caller' ? endpoint.scope : undefined;
  return (
    <ul class="needs">
      {scope ? (
        <li>
          A key with{' '}
          <a href={`#scope-${scope}`}>
            <code>{scope}</code>
          </a>
        </li>
      ) : null}
      {endpoint.access === 'caller' && !scope ? <li>Any key</li> : null}
      {endpoint.access === 'session' || endpoint.access === 'visitor' ? <li>People only, never a key</li> : null}
      {endpoint.access === 'public' ? <li>Everybody</li> : null}
      {endpoint.access === 'caller' && endpoint.isPost ? <li>At most {POSTS_PER_MINUTE} a minute</li> : null}
      {endpoint.access === 'caller' && codes.includes('daily_quota_exceeded') ? (
        <li>
          <a href="#limits">Counts towards {count(CREATIONS_PER_DAY)} a day</a>
        </li>
      ) : null}
      {operation.isRepeatable ? (
        <li>
          <a href="#idempotency">Idempotency-Key</a>
        </li>
      ) : null}
    </ul>
  );
}

function Inputs({ entry: { parameters, json, form } }: { readonly entry: Entry }): Markup {
  const own = parameters.filter((one) => one.in !== 'header');
  const added = Object.entries(form?.schema.properties ?? {}).filter(([name]) => !json?.schema.properties?.[name]);
  return (
    <>
      {own.length === 0 ? null : (
        <>
          <h5>Parameters</h5>
          <dl class="fields">
            {own.map(({ name, schema, required = false, description }) => (
              <Field name={name} schema={schema} required={required} description={description} />
            ))}
          </dl>
        </>
      )}
      {json ? (
        <>
          <h5>Body, as JSON</h5>
          <Fields schema={json.schema} />
        </>
      ) : null}
      {form ? (
        <>
          <h5>{json ? 'As a form, these too' : 'Body, as a form'}</h5>
          <p>
            <Words>{'`multipart/form-data`; see [media](#media).'}</Words>
          </p>
          <dl class="fields">
            {added.map(([name, schema]) => (
              <Field name={name} schema={schema} required={form.schema.required?.includes(name) === true} />
            ))}
          </dl>
        </>
      ) : null}
    </>
  );
}

function AnswerObject({ schema }: { readonly schema: Schema | undefined }): Markup | null {
  if (schema?.$ref === undefined) return null;
  const name = nameOf(schema.$ref);
  return (
    <>
      {' '}
      Fields: <a href={`#object-${name}`}>{name}</a>.
    </>
  );
}

/** Every code it may refuse with, by status. */
function Errors({ entry: { codes } }: { readonly entry: Entry }): Markup | null {
  if (codes.length === 0) return null;
  const groups = [...Map.groupBy(codes, (code) => ERRORS[code].status)].sort(([a], [b]) => a - b);
  return (
    <details class="errors">
      <summary>Errors ({codes.length})</summary>
      <ul>
        {groups.map(([status, group]) => (
          <li>
            {status}{' '}
            {group.map((code) => (
              <>
                <a href={`#error-${code}`}>
                  <code>{code}</code>
                </a>{' '}
              </>
            ))}
          </li>
        ))}
      </ul>
    </details>
  );
}

const HINTS = {
  POST: 'It is really done, as the account of the key.',
  PATCH: 'It is really changed, as the account of the key.',
  DELETE: 'It is really deleted, for good.',
} as const;

/** A form that sends the call from the page. It needs our script, which shows it; no field has a name, so none can get into a URL. */
function Try({ entry }: { readonly entry: Entry }): Markup {
  const { endpoint, operation, path, parameters, json, form } = entry;
  const properties = json ? [] : Object.entries(form?.schema.properties ?? {});
  return (
    <details class="try" hidden>
      <summary>Try it</summary>
      <form data-method={endpoint.method} data-path={path} autocomplete="off">
        <label>
          API key
          <input type="password" data-key autocomplete="off" spellcheck={false} placeholder="jes_live_…" />
        </label>
        <label class="choice">
          <input type="checkbox" data-show /> Show the key
        </label>
        {parameters
          .filter((one) => one.in !== 'header')
          .map((one) => (
            <label>
              <code>{one.name}</code>
              <input type="text" data-in={one.in} data-name={one.name} required={one.in === 'path'} />
            </label>
          ))}
        {json?.example === undefined ? null : (
          <label>
            Body
            <textarea data-in="json" rows={5} spellcheck={false}>
              {operation.body?.isOptional ? '' : JSON.stringify(json.example, null, 2)}
            </textarea>
          </label>
        )}
        {properties.map(([name, { format }]) => (
          <label>
            <code>{name}</code>
            <input type={format === 'binary' ? 'file' : 'text'} data-in="form" data-name={name} />
          </label>
        ))}
        <button type="submit" class={endpoint.method === 'DELETE' ? 'danger' : ''}>
          Send {endpoint.method}
          <span class="visually-hidden"> {path}</span>
        </button>
        <p class="hint">{endpoint.method === 'GET' ? 'The key stays in this page.' : HINTS[endpoint.method]}</p>
        <output></output>
        <section hidden tabindex={0} aria-label={`Answer to ${operation.summary}`}>
          <pre></pre>
        </section>
      </form>
    </details>
  );
}
