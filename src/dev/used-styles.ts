import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Selector, type SelectorComponent, transform } from 'lightningcss';

/** The words that selectors can match. */
interface Vocabulary {
  readonly elements: ReadonlySet<string>;
  /** Classes, ids, names of attributes and their values. */
  readonly words: ReadonlySet<string>;
}

/** What is there though no page names it: the roots of every document, and what browsers set on a `details`. */
const ELEMENTS = ['html', 'body', 'head'];
const ATTRIBUTES = ['open'];

/**
 * What of a style sheet can apply to pages: the rules whose selectors name only what the pages' sources name, and the
 * variables that these rules and the pages' own styles use. In doubt a rule stays: words count wherever they stand,
 * every state (`:hover`, `:checked`) is possible, `:not()` excludes nothing.
 *
 * @param css the sheet
 * @param folder the pages: their components, scripts and styles
 */
export function usedStyles(css: string, folder: string): string {
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(tsx?|js|css)$/.test(file))
    .map((file) => readFileSync(join(folder, file), 'utf8'));
  const text = sources.join('\n');
  // The licence wants to go with every copy; the transformer drops comments.
  const licence = /\/\*![\s\S]*?\*\//.exec(css)?.[0] ?? '';
  let kept = withoutRules(css, vocabularyOf(text));
  // Those that only unused ones use go one round later.
  for (;;) {
    const fewer = withoutVariables(kept, new Set(`${kept}\n${text}`.match(/(?<=var\()--[\w-]+/g)));
    if (fewer.length >= kept.length) return licence + kept;
    kept = fewer;
  }
}

function vocabularyOf(text: string): Vocabulary {
  const elements = new Set([...ELEMENTS, ...(text.match(/(?<=<|createElement\(')[a-z][a-z0-9]*/g) ?? [])]);
  const words = new Set([...ATTRIBUTES, ...(text.match(/[\w-]+/g) ?? [])]);
  // `type="email"`, `type = 'text'`, `'aria-invalid': 'true'`, `aria-current={here ? 'page' : undefined}`.
  for (const [, name, value, expression = ''] of text.matchAll(
    /([a-z-]+)'?\s*[=:]\s*(?:["']([\w-]+)["']|\{([^}]*)\})/g,
  )) {
    for (const one of value ? [value] : (expression.match(/(?<=')[\w-]+(?=')/g) ?? [])) words.add(`${name}=${one}`);
  }
  return { elements, words };
}

function withoutRules(css: string, vocabulary: Vocabulary): string {
  return minify(css, {
    Selector: (selector) => (canMatch(selector, vocabulary) ? undefined : []),
    Rule: { keyframes: ({ value }) => (vocabulary.words.has(value.name.value) ? undefined : []) },
  });
}

function withoutVariables(css: string, used: ReadonlySet<string>): string {
  return minify(css, {
    Declaration: {
      custom: ({ name }) => (used.has(name) || !name.startsWith('--') ? undefined : []),
    },
  });
}

function minify(css: string, visitor: NonNullable<Parameters<typeof transform>[0]['visitor']>): string {
  const { code } = transform({ filename: 'pico.css', code: Buffer.from(css), minify: true, visitor });
  return code.toString();
}

function canMatch(selector: Selector, vocabulary: Vocabulary): boolean {
  return selector.every((component) => canBe(component, vocabulary));
}

function canBe(component: SelectorComponent, { elements, words }: Vocabulary): boolean {
  switch (component.type) {
    case 'type':
      return elements.has(component.name);
    case 'class':
    case 'id':
      return words.has(component.name);
    case 'attribute': {
      const { name, operation } = component;
      return words.has(operation?.operator === 'equal' ? `${name}=${operation.value}` : name);
    }
    case 'pseudo-class':
      if (component.kind === 'host') return false;
      if (component.kind !== 'is' && component.kind !== 'where') return true;
      return component.selectors.some((selector) => canMatch(selector, { elements, words }));
    default:
      return true;
  }
}
