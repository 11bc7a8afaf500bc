import * as z from 'zod';
import { CAPTION_MAX_CHARACTERS } from '../../config/limits.ts';
import { visibility } from '../content/index.ts';
import { humanText } from '../text.ts';

const caption = humanText(0, CAPTION_MAX_CHARACTERS).meta({ description: 'May be empty.' });

/** The fields of `POST /api/jesclips` beside its video (contract section 8). */
export const newJesClipSchema = z.strictObject({
  caption: caption.default(''),
  visibility: visibility.default('PUBLIC'),
});

/** `PATCH /api/jesclips/:id`. A field that is left out stays as it is. */
export const jesClipChangeSchema = z
  .strictObject({ caption: caption.optional(), visibility: visibility.optional() })
  .refine((change) => change.caption !== undefined || change.visibility !== undefined, {
    message: 'give at least one of caption and visibility',
  });
