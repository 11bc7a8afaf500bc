import * as z from 'zod';
import { JEHUB_NAME_MAX_CHARACTERS } from '../../config/limits.ts';
import { humanText } from '../text.ts';

/** `POST /api/jehubs` (contract section 9). */
export const newJehubSchema = z.strictObject({ name: humanText(1, JEHUB_NAME_MAX_CHARACTERS) });

export interface JeHub {
  readonly id: string;
  readonly name: string;
  readonly totalMembers: number;
  readonly createdAt: string;
}

/** What the person said of a Jes, and what all did. */
export interface Like {
  readonly liked: boolean;
  readonly likes: number;
}

export interface Save {
  readonly saved: boolean;
  readonly saves: number;
}

/** Whether the person follows somebody, and how many do. */
export interface Follow {
  readonly username: string;
  readonly following: boolean;
  readonly totalFollowers: number;
}
