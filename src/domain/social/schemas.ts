import * as z from 'zod';
import { JEHUB_NAME_MAX_CHARACTERS } from '../../config/limits.ts';
import { humanLine } from '../text.ts';
import type { followSchema, jehubSchema, likeSchema, saveSchema } from './responses.ts';

/** `POST /api/jehubs` (contract section 9). */
export const newJehubSchema = z.strictObject({ name: humanLine(1, JEHUB_NAME_MAX_CHARACTERS) });

/** A JeHub as it is returned to a person who founds or joins it. */
export type JeHub = z.infer<typeof jehubSchema>;

/** The state after a like or its removal, both of which may be repeated. */
export type Like = z.infer<typeof likeSchema>;

/** The state after a save or its removal, both of which may be repeated. */
export type Save = z.infer<typeof saveSchema>;

/** The state after a follow or its end, both of which may be repeated. */
export type Follow = z.infer<typeof followSchema>;
