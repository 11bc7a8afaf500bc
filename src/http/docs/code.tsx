import type { Markup } from '../site/render.ts';
import type { Sample } from './markdown.tsx';

/**
 * A piece of code with its heading; long lines wrap, so that nothing needs to scroll.
 *
 * @param id of the text that the copy button copies
 */
export function Code(props: { readonly id: string; readonly title: string; readonly children: string }): Markup {
  const { id, title, children } = props;
  return (
    <figure class="code">
      <figcaption>
        {title}
        <button type="button" class="quiet" hidden data-copy={id}>
          <span aria-live="polite">Copy</span>
          <span class="visually-hidden">: {title}</span>
        </button>
      </figcaption>
      <pre id={id}>{children}</pre>
    </figure>
  );
}

/**
 * The same call in several languages. Without scripts they fold; the script makes tabs of them and keeps the choice.
 */
export function Tabs({ id, samples }: { readonly id: string; readonly samples: readonly Sample[] }): Markup {
  return (
    <div class="tabs">
      {samples.map(({ title, code }, i) => (
        <details open={i === 0}>
          <summary>{title}</summary>
          <Code id={`${id}-${i}`} title={title}>
            {code}
          </Code>
        </details>
      ))}
    </div>
  );
}
