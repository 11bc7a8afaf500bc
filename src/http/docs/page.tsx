import type { Child } from 'hono/jsx';
import { addressOf } from '../assets/files.ts';
import { Layout } from '../site/layout.tsx';
import type { Markup } from '../site/render.ts';
import { type Api, type Entry, pathOfOperation } from './api.ts';
import { CHAPTERS, START } from './chapters.ts';
import { type Block, Blocks, plainOf } from './markdown.tsx';
import { OperationPage } from './operation.tsx';
import { tagged } from './reference.ts';

/** The properties of every page of the reference. */
interface Shown {
  readonly path: string;
  readonly api: Api;
}

/** A chapter, the list of all calls, or the objects. */
export function ChapterPage({ path, api, blocks }: Shown & { readonly blocks: readonly Block[] }): Markup {
  const [title] = blocks;
  return (
    <Shell path={path} api={api} title={title?.type === 'heading' ? title.text : ''} blocks={blocks}>
      <Blocks blocks={blocks} />
    </Shell>
  );
}

export function CallPage({
  path,
  api,
  entry,
  apiOrigin,
}: Shown & { readonly entry: Entry; readonly apiOrigin: string }): Markup {
  return (
    <Shell path={path} api={api} title={entry.operation.summary}>
      <OperationPage entry={entry} objects={api.objects} apiOrigin={apiOrigin} />
    </Shell>
  );
}

/** An address below `/docs` that has no page. */
export function MissingPage({ api }: Pick<Shown, 'api'>): Markup {
  return (
    <Shell path="" api={api} title="Not found">
      <h1>No such page</h1>
      <p>
        The contents list all pages of this reference. <a href="/docs">Go to the start page</a>.
      </p>
    </Shell>
  );
}

function Shell(
  props: Shown & { readonly title: string; readonly blocks?: readonly Block[]; readonly children: Child },
): Markup {
  const { path, api, title, blocks = [], children } = props;
  // Only the page of a 404 has no address.
  const hasMarkdown = path !== '';
  const contents = <Contents path={path} api={api} blocks={blocks} />;
  return (
    <Layout
      title={path === START.path ? 'API documentation' : `${title} · API documentation`}
      head={
        <>
          <meta name="description" content="How services post, comment and read in the name of people on Jestha." />
          {hasMarkdown ? <link rel="alternate" type="text/markdown" href={`${path}.md`} /> : null}
          <link rel="stylesheet" href={addressOf('docs.css')} />
          <script src={addressOf('docs.js')} defer></script>
        </>
      }
      nav={
        <ul>
          <li>
            <a href="/docs" aria-current="true">
              Docs
            </a>
          </li>
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
        <a class="skip" href="#text">
          Skip the contents
        </a>
        <div class="bar">
          <details class="menu">
            <summary>Contents</summary>
            <nav aria-label="Contents">{contents}</nav>
          </details>
          <SearchButton />
        </div>
        <nav class="contents" aria-label="Contents">
          <SearchButton />
          {contents}
        </nav>
        <div class="text" id="text">
          {children}
          {hasMarkdown ? (
            <p class="as-markdown">
              <a href={`${path}.md`}>This page as Markdown</a>
              <button type="button" class="quiet" hidden data-copy-page={`${path}.md`}>
                <span aria-live="polite">Copy</span>
                <span class="visually-hidden"> this page as Markdown</span>
              </button>
            </p>
          ) : null}
          <Neighbours path={path} />
        </div>
      </div>
      <dialog class="search" aria-label="Search the documentation">
        <label>
          Search the documentation
          <input type="search" autocomplete="off" spellcheck={false} />
        </label>
        <output></output>
        <ol></ol>
        <button type="button" class="secondary" data-close>
          Close
        </button>
      </dialog>
    </Layout>
  );
}

/** It needs our script, which shows it. */
function SearchButton(): Markup {
  return (
    <button type="button" class="secondary" data-search hidden>
      Search <kbd>/</kbd>
    </button>
  );
}

function Contents({ path, api, blocks }: Shown & { readonly blocks: readonly Block[] }): Markup {
  const isReference = path.startsWith('/docs/reference');
  return (
    <>
      <p>Guide</p>
      <ul>
        <Link path={START.path} title="Start" at={path} />
        {CHAPTERS.map((chapter) => (
          <Link path={chapter.path} title={chapter.title} at={path}>
            {chapter.path === path ? <Sections blocks={blocks} /> : null}
          </Link>
        ))}
      </ul>
      <p>Reference</p>
      <ul>
        <Link path="/docs/reference" title="All calls" at={path} />
        <Link path="/docs/reference/objects" title="Objects" at={path} />
      </ul>
      {isReference
        ? tagged(api).map(({ tag, entries }) => (
            <>
              <p class="tag">{tag}</p>
              <ul>
                {entries.map(({ endpoint, operation }) => (
                  <Link path={pathOfOperation(endpoint)} title={operation.summary} at={path} />
                ))}
              </ul>
            </>
          ))
        : null}
    </>
  );
}

function Link(props: {
  readonly path: string;
  readonly title: string;
  readonly at: string;
  readonly children?: Child;
}): Markup {
  const { path, title, at, children } = props;
  return (
    <li>
      <a href={path} aria-current={path === at ? 'page' : undefined}>
        {title}
      </a>
      {children}
    </li>
  );
}

/** The sections of the chapter that is open. */
function Sections({ blocks }: { readonly blocks: readonly Block[] }): Markup {
  return (
    <ul>
      {blocks.map((block) =>
        block.type === 'heading' && block.level === 2 ? (
          <li>
            <a href={`#${block.id}`}>{plainOf(block.text)}</a>
          </li>
        ) : null,
      )}
    </ul>
  );
}

/** The chapters before and after this one. */
function Neighbours({ path }: { readonly path: string }): Markup | null {
  const all = [START, ...CHAPTERS];
  const at = all.findIndex((chapter) => chapter.path === path);
  if (at === -1) return null;
  const [previous, next] = [all[at - 1], all[at + 1]];
  return (
    <nav class="neighbours" aria-label="Chapters">
      {previous ? (
        <a href={previous.path} rel="prev">
          {previous.title}
        </a>
      ) : null}
      {next ? (
        <a href={next.path} rel="next">
          {next.title}
        </a>
      ) : null}
    </nav>
  );
}
