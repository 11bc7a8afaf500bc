import type { Markup } from '../site/render.ts';
import type { Api, Entry } from './api.ts';
import { Code } from './code.tsx';
import { Blocks, parseMarkdown } from './markdown.tsx';
import { describe, exampleAnswer } from './reference.ts';
import { samplesOfEntry } from './samples.ts';
import { TryIt } from './try-it.tsx';

/** The page of an operation: its input and responses, samples, and a form that tries it. */
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
        {endpoint.access === 'caller' ? <TryIt entry={entry} apiOrigin={apiOrigin} /> : null}
      </div>
    </section>
  );
}
