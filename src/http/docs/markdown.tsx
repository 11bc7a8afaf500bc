import type { Markup } from '../site/render.ts';
import { Code, Tabs } from './code.tsx';
import { Words } from './words.tsx';

/**
 * A block of a chapter. Chapters use a part of CommonMark: headings, paragraphs, lists, tables, fenced code. A library
 * for all of it is as large as all chapters, and the Worker has a size budget; `test/http/docs` holds ours to such a
 * library. Blank lines part blocks. Two additions: `{#id}` ends a line to name it, and code blocks in a row are tabs.
 */
export type Block =
  | { readonly type: 'heading'; readonly level: number; readonly id: string; readonly text: string }
  | { readonly type: 'paragraph'; readonly text: string }
  | List
  | { readonly type: 'table'; readonly rows: readonly (readonly string[])[] }
  | { readonly type: 'code'; readonly samples: readonly Sample[] };

interface List {
  readonly type: 'list';
  readonly ordered: boolean;
  readonly items: readonly Item[];
}

interface Item {
  readonly text: string;
  readonly id: string | undefined;
  /** The list within the item. */
  readonly inner: List | undefined;
}

/** One language of a sample: the text after ``` names its language, then its title. */
export interface Sample {
  readonly title: string;
  readonly code: string;
}

/** The blocks of a chapter in Markdown. */
export function parseMarkdown(markdown: string): Block[] {
  const blocks: Block[] = [];
  const parts = markdown.matchAll(/^```(\S*) ?(.*)\n([\s\S]*?)\n```$|^(.+(?:\n(?!```).+)*)/gm);
  for (const [, language = '', title = '', code, text] of parts) {
    const last = blocks.at(-1);
    if (code === undefined) blocks.push(...blocksOf(text ?? ''));
    else if (last?.type === 'code')
      blocks[blocks.length - 1] = { type: 'code', samples: [...last.samples, { title, code }] };
    else blocks.push({ type: 'code', samples: [{ title: title || language, code }] });
  }
  return blocks;
}

function blocksOf(text: string): Block[] {
  const [, marks, heading = ''] = /^(#+) (.+)$/.exec(text) ?? [];
  if (marks) {
    const [words, id] = withId(heading);
    return [{ type: 'heading', level: marks.length, id: id ?? slugOf(words), text: words }];
  }
  if (LIST.test(text)) return [listOf(text)];
  if (text.startsWith('|')) {
    const rows = text.split('\n').map((line) =>
      line
        .slice(1, line.lastIndexOf('|'))
        .split('|')
        .map((cell) => cell.trim()),
    );
    return [{ type: 'table', rows: rows.filter((_, i) => i !== 1) }];
  }
  return [{ type: 'paragraph', text: unwrapped(text) }];
}

const LIST = /^(-|\d+\.) /;

/** Items begin at the margin; those of a list within an item are indented by two spaces. */
function listOf(text: string): List {
  const items = text.split(/\n(?=- |\d+\. )/).map((item): Item => {
    const [first = '', ...rest] = item.replace(LIST, '').split(/\n(?= {2}-)/);
    const [words, id] = withId(unwrapped(first));
    return { text: words, id, inner: rest.length > 0 ? listOf(rest.join('\n').replaceAll(/^ {2}/gm, '')) : undefined };
  });
  return { type: 'list', ordered: !text.startsWith('-'), items };
}

const unwrapped = (text: string) => text.replaceAll(/\n\s*/g, ' ');

/** `Quickstart {#start}` → `['Quickstart', 'start']` */
function withId(text: string): [string, string | undefined] {
  const [, words, id] = /^(.*?) *\{#([^}]+)\}$/.exec(text) ?? [];
  return [words ?? text, id];
}

/** `Allowed IP addresses` → `allowed-ip-addresses` */
export const slugOf = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^\w]+/g, '-')
    .replaceAll(/^-|-$/g, '');

/** Text without its marks, as the search shows it. */
export const plainOf = (text: string): string =>
  text.replaceAll(/\[([^\]]+)\]\([^)]+\)/g, '$1').replaceAll(/`|\*\*?|\{#[^}]+\}/g, '');

/** The blocks as HTML. Each heading links to itself. */
export function Blocks({ blocks }: { readonly blocks: readonly Block[] }): Markup {
  return (
    <>
      {blocks.map((block, i) => (
        <BlockOf block={block} id={`code-${i}`} />
      ))}
    </>
  );
}

function BlockOf({ block, id }: { readonly block: Block; readonly id: string }): Markup {
  switch (block.type) {
    case 'heading': {
      const Heading = block.level === 2 ? 'h2' : 'h3';
      if (block.level === 1)
        return (
          <h1>
            <Words>{block.text}</Words>
          </h1>
        );
      return (
        <Heading id={block.id}>
          <a href={`#${block.id}`}>
            <Words>{block.text}</Words>
          </a>
        </Heading>
      );
    }
    case 'paragraph':
      return (
        <p>
          <Words>{block.text}</Words>
        </p>
      );
    case 'list':
      return <ListOf list={block} />;
    case 'table': {
      const [head = [], ...rows] = block.rows;
      return (
        <table>
          <thead>
            <tr>
              {head.map((cell) => (
                <th scope="col">
                  <Words>{cell}</Words>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr>
                {row.map((cell) => (
                  <td>
                    <Words>{cell}</Words>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      );
    }
    case 'code': {
      const [only] = block.samples;
      if (only && block.samples.length === 1)
        return (
          <Code id={id} title={only.title}>
            {only.code}
          </Code>
        );
      return <Tabs id={id} samples={block.samples} />;
    }
  }
}

function ListOf({ list: { ordered, items } }: { readonly list: List }): Markup {
  const Tag = ordered ? 'ol' : 'ul';
  return (
    <Tag>
      {items.map(({ text, id, inner }) => (
        <li id={id}>
          <Words>{text}</Words>
          {inner ? <ListOf list={inner} /> : null}
        </li>
      ))}
    </Tag>
  );
}
