import type { Markup } from '../render.ts';

/** A text to be copied whole. The button appears only if a script makes it work. */
export function Copyable(props: { readonly id: string; readonly text: string; readonly what: string }): Markup {
  const { id, text, what } = props;
  return (
    <div class="copyable">
      <pre>
        <code id={id}>{text}</code>
      </pre>
      <button type="button" class="secondary" data-copy={id} hidden>
        <span aria-live="polite">Copy</span>
        <span class="visually-hidden"> {what}</span>
      </button>
    </div>
  );
}
