import { MediaError, malformed } from './reader.ts';

/** The most work that a file may cause in a program that draws it, however small the file is (decompression bombs). */
export interface Bounds {
  /** Pixels of one picture: of an image, of an animation's canvas, of a video's frame. */
  readonly maxPixels: number;
  /**
   * Drawn in all to show a file once: the canvas times the frames of an animation, since a frame of one pixel makes its
   * readers copy the canvas; the picture times the scans of a JPEG, since each goes over all of it.
   */
  readonly maxDrawnPixels: number;
}

/** Each track that is kept costs memory, which a hostile file could multiply; real films have a handful. */
export const MAX_TRACKS = 100;

/** The facts that a walk learns of a file. */
export interface MediaProperties {
  readonly width: number | null;
  readonly height: number | null;
  readonly durationMs: number | null;
}

/** A picture as it is displayed: from orientation 5 on, its stored rows are shown as columns. */
export function displayedProperties(width: number, height: number, orientation = 1): MediaProperties {
  return orientation < 5 ? { width, height, durationMs: null } : { width: height, height: width, durationMs: null };
}

/** @param draws how often the picture is drawn over */
export function requireDrawable(width: number, height: number, draws: number, bounds: Bounds): void {
  const pixels = width * height;
  if (pixels === 0) malformed();
  if (pixels > bounds.maxPixels) {
    throw new MediaError(
      'too_many_pixels',
      `has ${width} × ${height} pixels; at most ${bounds.maxPixels} are accepted`,
    );
  }
  if (pixels * draws > bounds.maxDrawnPixels) {
    throw new MediaError('too_many_pixels', `has too many frames for its ${width} × ${height} pixels`);
  }
}

/** Refuses a container of films in which no track is a video. @throws MediaError `unknown_type` */
export function noVideo(): never {
  throw new MediaError('unknown_type', 'has no video in it');
}

/** Null for an impossible length of a film: zero, an unreadable one, or more than 32 bits of milliseconds (25 days). */
export function toMilliseconds(seconds: number): number | null {
  const milliseconds = Math.round(seconds * 1_000);
  return milliseconds > 0 && milliseconds < 2 ** 31 ? milliseconds : null;
}
