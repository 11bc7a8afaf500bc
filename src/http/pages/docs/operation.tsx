import type { Markup } from '../render.ts';
import type { Api, Entry } from './api.ts';
import { Code } from './code.tsx';
import { Blocks, parseMarkdown } from './markdown.tsx';
import { describe, exampleAnswer } from './reference.ts';
import { samplesOfEntry } from './samples.ts';

/** The page of an operation: what it takes and answers, samples, and a form that tries it. */
export function OperationPage(props: {
  readonly entry: Entry;
  readonly objects: Api['objects'];
  readonly apiOrigin: string;
}): Markup {
  const { entry, objects, apiOrigin } = props;
  const { endpoint, operation, path, answer } = entry;
  return (
    <section class="op" id={`op-${endpoint.operationId}`}>
      <div>
        <h1>{operation.summary}</h1>
        <p class="route">
          <span class={`verb ${endpoint.method}`}>{endpoint.method}</span> <code>{path}</code>
        </p>
        <Blocks blocks={parseMarkdown(describe(entry))} />
      </div>
      <div class="side">
        <Blocks blocks={[{ type: 'code', samples: samplesOfEntry(entry, apiOrigin) }]} />
        {answer ? (
          <Code id="code-answer" title={`Response: ${operation.answer.status}`}>
            {exampleAnswer(answer, objects)}
          </Code>
        ) : null}
        {endpoint.access === 'caller' ? <Try entry={entry} /> : null}
      </div>
    </section>
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
