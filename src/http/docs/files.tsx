import type { Markup } from '../site/render.ts';
import { type Api, pathOfObject, pathOfOperation, readApi } from './api.ts';
import { writeChapter } from './blocks.ts';
import { CHAPTERS, type Chapter, START } from './chapters.ts';
import { collectionOf } from './collection.ts';
import { type Block, parseMarkdown, plainOf } from './markdown.tsx';
import { CallPage, ChapterPage, MissingPage } from './page.tsx';
import { writeIndex, writeObjects, writeOperation } from './reference.ts';

/** The response of an address of the reference. */
export interface DocsFile {
  readonly status: 200 | 404;
  readonly type:
    | 'text/html; charset=utf-8'
    | 'text/markdown; charset=utf-8'
    | 'text/plain; charset=utf-8'
    | 'application/json';
  readonly text: string;
}

/** A page of the reference: as Markdown, and as HTML. */
interface DocsPage {
  readonly path: string;
  markdown(): string;
  html(): Markup;
}

/** The API is described once for an isolate, which has one origin. */
let described: { readonly apiOrigin: string; readonly api: Api } | undefined;

/**
 * The file at an address of the reference: a page, the same as Markdown, or a list for tools.
 *
 * @param path below `/docs`, or one of `/llms.txt` and `/llms-full.txt`
 * @param apiOrigin the origin of the API
 */
export async function writeFile(path: string, apiOrigin: string): Promise<DocsFile> {
  if (described?.apiOrigin !== apiOrigin) described = { apiOrigin, api: readApi(apiOrigin) };
  const { api } = described;
  const pages = pagesOf(api, apiOrigin);
  switch (path) {
    case '/llms.txt':
      return { status: 200, type: 'text/plain; charset=utf-8', text: writeList(api) };
    case '/llms-full.txt':
      return {
        status: 200,
        type: 'text/plain; charset=utf-8',
        text: pages.map((page) => page.markdown()).join('\n\n'),
      };
    case '/docs/search.json':
      return { status: 200, type: 'application/json', text: JSON.stringify(indexOf(api, apiOrigin)) };
    case '/docs/postman.json':
      return { status: 200, type: 'application/json', text: JSON.stringify(collectionOf(api, apiOrigin), null, 2) };
  }
  const page = pages.find((one) => one.path === path);
  if (page) return { status: 200, type: 'text/html; charset=utf-8', text: `<!doctype html>${await page.html()}` };
  const asMarkdown = pages.find((one) => `${one.path}.md` === path);
  if (asMarkdown) return { status: 200, type: 'text/markdown; charset=utf-8', text: `${asMarkdown.markdown()}\n` };
  const missing = <MissingPage api={api} />;
  return { status: 404, type: 'text/html; charset=utf-8', text: `<!doctype html>${await missing}` };
}

function pagesOf(api: Api, apiOrigin: string): DocsPage[] {
  const chapter = (path: string, markdown: () => string): DocsPage => ({
    path,
    markdown: () => withoutIds(markdown().trim()),
    html: () => <ChapterPage path={path} api={api} blocks={parseMarkdown(markdown())} />,
  });
  return [
    ...[START, ...CHAPTERS].map((one) => chapter(one.path, () => writeChapter(one, api, apiOrigin))),
    chapter('/docs/reference', () => writeIndex(api)),
    ...api.entries.map((entry): DocsPage => {
      const path = pathOfOperation(entry.endpoint);
      return {
        path,
        markdown: () => withoutIds(writeOperation(entry, api, apiOrigin)),
        html: () => <CallPage path={path} api={api} entry={entry} apiOrigin={apiOrigin} />,
      };
    }),
    chapter('/docs/reference/objects', () => writeObjects(api)),
  ];
}

/** Markdown for other readers, without our names of lines. */
const withoutIds = (markdown: string) => markdown.replaceAll(/ \{#[^}]+\}$/gm, '');

/** The list of pages for language models (llmstxt.org). */
function writeList(api: Api): string {
  const guide = CHAPTERS.map(({ path, title, summary }) => `- [${title}](${path}.md): ${summary}`);
  const calls = api.entries.map(
    ({ endpoint, operation, path }) =>
      `- [${operation.summary}](${pathOfOperation(endpoint)}.md): ${endpoint.method} ${path}`,
  );
  return [
    '# The Jestha API',
    '> Services post, comment and read in the name of people on Jestha, each with a key of that person. HTTP and JSON.',
    `## Guide\n\n${guide.join('\n')}`,
    `## Reference\n\n${calls.join('\n')}\n- [Objects](/docs/reference/objects.md): what answers are made of`,
    '## Optional\n\n- [Everything in one file](/llms-full.txt)\n- [OpenAPI 3.1](/openapi.json)\n',
  ].join('\n\n');
}

/** A section in the index of the search: its address, its title, the page it is on, its words. */
type Found = readonly [path: string, title: string, page: string, text: string];

function indexOf(api: Api, apiOrigin: string): Found[] {
  return [
    ...CHAPTERS.flatMap((chapter) => sectionsOf(chapter, parseMarkdown(writeChapter(chapter, api, apiOrigin)))),
    ...api.entries.map(({ endpoint, operation, path, json, parameters }): Found => {
      const names = [...Object.keys(json?.schema.properties ?? {}), ...parameters.map(({ name }) => name)];
      const text = `${endpoint.method} ${path} ${plainOf(operation.description ?? '')} ${names.join(' ')}`;
      return [pathOfOperation(endpoint), operation.summary, 'Reference', text];
    }),
    ...[...api.objects].map(
      ([name, { properties = {} }]): Found => [pathOfObject(name), name, 'Objects', Object.keys(properties).join(' ')],
    ),
  ];
}

function sectionsOf({ path, summary }: Chapter, blocks: readonly Block[]): Found[] {
  const found: { path: string; title: string; words: string[] }[] = [];
  for (const block of blocks) {
    if (block.type === 'heading') {
      const title = plainOf(block.text);
      found.push(
        block.level === 1 ? { path, title, words: [summary] } : { path: `${path}#${block.id}`, title, words: [] },
      );
    }
    found.at(-1)?.words.push(...wordsOf(block));
  }
  const page = found[0]?.title ?? '';
  return found.map((one) => [one.path, one.title, page, one.words.map(plainOf).join(' ')]);
}

function wordsOf(block: Block): readonly string[] {
  switch (block.type) {
    case 'paragraph':
      return [block.text];
    case 'list':
      return block.items.map(({ text }) => text);
    case 'table':
      return block.rows.flat();
    default:
      return [];
  }
}
