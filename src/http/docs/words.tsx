import type { Markup } from '../site/render.ts';

/**
 * A sentence with `code`, *emphasis*, **weight** and [links](#somewhere) in it, as descriptions in the OpenAPI document
 * have them.
 */
export function Words({ children }: { readonly children: string }): Markup {
  return (
    <>
      {children.split(/(`[^`]+`|\*\*[^*]+\*\*|\*[^*]+\*|\[[^\]]+\]\([^)]+\))/).map((part) => {
        if (part.startsWith('`')) return <code>{part.slice(1, -1)}</code>;
        if (/^\*\*.+\*\*$/.test(part))
          return (
            <strong>
              <Words>{part.slice(2, -2)}</Words>
            </strong>
          );
        if (/^\*.+\*$/.test(part))
          return (
            <em>
              <Words>{part.slice(1, -1)}</Words>
            </em>
          );
        const [, label = '', href] = /^\[(.+)\]\((.+)\)$/.exec(part) ?? [];
        if (!href) return part;
        return (
          <a href={href}>
            <Words>{label}</Words>
          </a>
        );
      })}
    </>
  );
}
