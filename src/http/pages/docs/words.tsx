import type { Markup } from '../render.ts';

/** A sentence with `code`, *emphasis* and [links](#somewhere) in it, as descriptions in the OpenAPI document have them too. */
export function Words({ children }: { readonly children: string }): Markup {
  return (
    <>
      {children.split(/(`[^`]+`|\*[^*]+\*|\[[^\]]+\]\([^)]+\))/).map((part) => {
        if (part.startsWith('`')) return <code>{part.slice(1, -1)}</code>;
        if (/^\*.+\*$/.test(part)) return <em>{part.slice(1, -1)}</em>;
        const [, label, href] = /^\[(.+)\]\((.+)\)$/.exec(part) ?? [];
        return href ? <a href={href}>{label}</a> : part;
      })}
    </>
  );
}

/** A paragraph of such words. */
export function P({ children }: { readonly children: string }): Markup {
  return (
    <p>
      <Words>{children}</Words>
    </p>
  );
}

/** A piece of code with its heading; long lines wrap, so that nothing needs to scroll. @param id what the copy button copies */
export function Code(props: { readonly id: string; readonly title: string; readonly children: string }): Markup {
  const { id, title, children } = props;
  return (
    <figure class="code">
      <figcaption>
        {title}
        <button type="button" class="quiet" hidden data-copy={id}>
          Copy<span class="visually-hidden">: {title}</span>
        </button>
      </figcaption>
      <pre id={id}>{children}</pre>
    </figure>
  );
}

export const count = (value: number) => new Intl.NumberFormat('en-US').format(value);
