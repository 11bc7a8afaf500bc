import * as z from 'zod';
import { VISIBILITIES } from '../../data/schema/posts.ts';

export const visibility = z.enum(VISIBILITIES).meta({ description: 'The people who can see it.' });
