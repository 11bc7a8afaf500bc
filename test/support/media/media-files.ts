import type { MediaType } from '../../../src/lib/media/inspect.ts';
import { GIF_CONTROL, GIF_LOOP, gif, gifImage, jpeg, jpegExif, jpegSegment, png, webp, XMP } from './images.ts';
import { mp4, mpeg, webm } from './videos.ts';

/**
 * Small files of every type that may be uploaded, which decode. `images.ts` and `videos.ts` make files with other
 * contents.
 */
export interface MediaFile {
  readonly name: string;
  readonly mimeType: MediaType;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A plain file of each type, with the name a person would give it. */
export const MEDIA_FILES: readonly MediaFile[] = [
  { name: 'photo.jpg', mimeType: 'image/jpeg', bytes: jpeg() },
  { name: 'screenshot.png', mimeType: 'image/png', bytes: png() },
  { name: 'loop.gif', mimeType: 'image/gif', bytes: gif({ blocks: [GIF_LOOP, GIF_CONTROL, gifImage(), gifImage()] }) },
  { name: 'picture.webp', mimeType: 'image/webp', bytes: webp() },
  { name: 'clip.mp4', mimeType: 'video/mp4', bytes: mp4() },
  { name: 'clip.mov', mimeType: 'video/quicktime', bytes: mp4({ brand: 'qt  ' }) },
  { name: 'clip.webm', mimeType: 'video/webm', bytes: webm() },
  { name: 'clip.mpg', mimeType: 'video/mpeg', bytes: mpeg() },
];

/** As a phone held upright writes it: turned by EXIF, with its place. */
export const PHOTO_WITH_GPS = jpeg({
  head: [
    jpegExif({ orientation: 6, gps: [52.52, 13.405], make: 'Secret phone' }),
    jpegSegment(0xe1, `http://ns.adobe.com/xap/1.0/\0${XMP}`),
  ],
});
