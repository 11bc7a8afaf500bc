import type { Media } from '../../../domain/media/index.ts';
import type { Markup } from '../render.ts';

/** The files of a Jes, or the video of a JesClip. The name of a file without an alternative text names its author. */
export function MediaFiles({ files, by }: { readonly files: readonly Media[]; readonly by: string }): Markup | null {
  if (files.length === 0) return null;
  const named = (file: Media, i: number) => {
    if (file.alt !== null) return file.alt;
    const kind = file.type === 'image' ? 'Image' : 'Video';
    return files.length === 1 ? `${kind} by ${by}` : `${kind} ${i + 1} of ${files.length} by ${by}`;
  };
  return (
    <div class="files">
      {files.map((file, i) => (
        <File file={file} name={named(file, i)} />
      ))}
    </div>
  );
}

function File({ file, name }: { readonly file: Media; readonly name: string }): Markup {
  const size = { width: file.width ?? undefined, height: file.height ?? undefined };
  // On the host of this very page, whichever it is.
  const { pathname, search } = new URL(file.url);
  const src = pathname + search;
  if (file.type === 'image') return <img src={src} alt={name} loading="lazy" {...size} />;
  return <video src={src} aria-label={name} controls preload="metadata" playsinline {...size} />;
}
