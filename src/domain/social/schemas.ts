import * as z from 'zod';
import { JEHUB_NAME_MAX_CHARACTERS } from '../../config/limits.ts';
import { humanLine } from '../text.ts';
import type { followSchema, jehubSchema, likeSchema, saveSchema } from './responses.ts';

/** `POST /api/jehubs` (contract section 9). */
export const newJehubSchema = z.strictObject({ name: humanLine(1, JEHUB_NAME_MAX_CHARACTERS) });

export type JeHub = z.infer<typeof jehubSchema>;
export type Like = z.infer<typeof likeSchema>;
export type Save = z.infer<typeof saveSchema>;
export type Follow = z.infer<typeof followSchema>;
