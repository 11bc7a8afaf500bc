import { TAGS } from '../../openapi/operation.ts';
import { Layout } from '../layout.tsx';
import type { Markup } from '../render.ts';
import { type Api, readApi } from './api.ts';
import { Fields } from './fields.tsx';
import { CHAPTERS } from './guide.tsx';
import { anchorOf, OperationEntry } from './operation.tsx';
import { P } from './words.tsx';

/** The reference as HTML. @param apiOrigin where the API is called */
export async function writeDocs(apiOrigin: string): Promise<string> {
  return `<!doctype html>${await (<Docs api={readApi(apiOrigin)} apiOrigin={apiOrigin} />)}`;
}

function Docs({ api, apiOrigin }: { readonly api: Api; readonly apiOrigin: string }): Markup {
  return (
    <Layout
      title="API documentation"
      head={
        <>
          <meta name="description" content="How services post, comment and read in the name of people on Jestha." />
          <link rel="stylesheet" href="/assets/docs.css" />
          <script src="/assets/docs.js" defer></script>
        </>
      }
      nav={
        <ul>
          <li>
            <a href="/openapi.json">openapi.json</a>
          </li>
          <li>
            <a href="/settings/api-access">API access</a>
          </li>
        </ul>
      }
    >
      <div class="docs">
        <a class="skip" href="#quickstart">
          Skip the contents
        </a>
        <nav class="contents" aria-label="Contents">
          <Contents api={api} />
        </nav>
        <div class="text">
          <details class="menu">
            <summary>Contents</summary>
            <nav aria-label="Contents">
              <Contents api={api} />
            </nav>
          </details>
          <h1>The Jestha API</h1>
          <p class="lead">
            Post, comment and read as the people who gave your service a key. Plain HTTP and JSON, at{' '}
            <code>{apiOrigin}</code>.
          </p>
          {CHAPTERS.map(({ id, title, Body }) => (
            <section class="chapter" id={id} aria-labelledby={`${id}-title`}>
              <h2 id={`${id}-title`}>
                <a href={`#${id}`}>{title}</a>
              </h2>
              <Body api={api} apiOrigin={apiOrigin} />
            </section>
          ))}
          <section id="reference" aria-labelledby="reference-title">
            <h2 id="reference-title">
              <a href="#reference">Reference</a>
            </h2>
            <P>{'Everything there is. It is made from what serves it, as is [openapi.json](/openapi.json).'}</P>
            {tagged(api).map(({ tag, description, entries }) => (
              <section id={tagAnchor(tag)}>
                <h3 class="tag">{tag}</h3>
                <P>{description}</P>
                {entries.map((entry) => (
                  <OperationEntry entry={entry} objects={api.objects} apiOrigin={apiOrigin} />
                ))}
              </section>
            ))}
          </section>
          <section id="objects" aria-labelledby="objects-title">
            <h2 id="objects-title">
              <a href="#objects">Objects</a>
            </h2>
            {[...api.objects].map(([name, schema]) => (
              <section class="object" id={`object-${name}`}>
                <h3>{name}</h3>
                <Fields schema={schema} isAnswer />
              </section>
            ))}
          </section>
        </div>
      </div>
    </Layout>
  );
}

const tagAnchor = (tag: string) => `tag-${tag.toLowerCase().replaceAll(' ', '-')}`;

/** The entries in the order of their tags. */
function tagged({ entries }: Api) {
  return Object.entries(TAGS).map(([tag, description]) => ({
    tag,
    description,
    entries: entries.filter(({ operation }) => operation.tag === tag),
  }));
}

function Contents({ api }: { readonly api: Api }): Markup {
  return (
    <>
      <p>Guide</p>
      <ul>
        {CHAPTERS.map(({ id, title }) => (
          <li>
            <a href={`#${id}`}>{title}</a>
          </li>
        ))}
      </ul>
      <p>Reference</p>
      {tagged(api).map(({ tag, entries }) => (
        <>
          <p class="tag">
            <a href={`#${tagAnchor(tag)}`}>{tag}</a>
          </p>
          <ul>
            {entries.map(({ endpoint, operation }) => (
              <li>
                <a href={`#${anchorOf(endpoint)}`}>{operation.summary}</a>
              </li>
            ))}
          </ul>
        </>
      ))}
      <ul>
        <li>
          <a href="#objects">Objects</a>
        </li>
      </ul>
    </>
  );
}
