import * as z from 'zod';
import {
  ALT_MAX_CHARACTERS,
  CONTENT_MAX_CHARACTERS,
  LOCATION_NAME_MAX_CHARACTERS,
  POLL_HOURS_DEFAULT,
  POLL_HOURS_MAX,
  POLL_OPTION_MAX_CHARACTERS,
  POLL_OPTIONS_MAX,
  POLL_OPTIONS_MIN,
  UPLOAD_LIMITS,
  URL_MAX_CHARACTERS,
} from '../../config/limits.ts';
import { visibility } from '../content/index.ts';
import { isPublicUrl } from '../public-url.ts';
import { hasVisibleText, humanLine, humanText, namedId } from '../text.ts';

const content = humanText(1, CONTENT_MAX_CHARACTERS);
const contentOrNone = humanText(0, CONTENT_MAX_CHARACTERS);

const location = z
  .strictObject({
    name: humanLine(1, LOCATION_NAME_MAX_CHARACTERS),
    latitude: z.number().min(-90).max(90).optional(),
    longitude: z.number().min(-180).max(180).optional(),
  })
  .refine(({ latitude, longitude }) => (latitude === undefined) === (longitude === undefined), {
    message: 'give latitude and longitude together, or neither',
  });

const poll = z.strictObject({
  options: z
    .array(humanLine(1, POLL_OPTION_MAX_CHARACTERS))
    .min(POLL_OPTIONS_MIN, `at least ${POLL_OPTIONS_MIN} options`)
    .max(POLL_OPTIONS_MAX, `at most ${POLL_OPTIONS_MAX} options`)
    .check(requireDifferent)
    .meta({ uniqueItems: true, description: 'All different; case matters.' }),
  durationHours: z.number().int().min(1).max(POLL_HOURS_MAX).default(POLL_HOURS_DEFAULT),
  multiple: z.boolean().default(false).meta({ description: 'True if a vote may choose several options.' }),
});

/** Refuses an option that reads like one before it: voters could not tell them apart. */
function requireDifferent({ value: options, issues }: z.core.ParsePayload<string[]>): void {
  const seen = new Set<string>();
  for (const [i, option] of options.entries()) {
    const same = option.normalize('NFC');
    if (seen.has(same)) {
      issues.push({ code: 'custom', path: [i], message: 'must differ from the options before it', input: option });
    }
    seen.add(same);
  }
}

const linkPreviewUrl = z
  .string({ error: 'must be a string' })
  .trim()
  .max(URL_MAX_CHARACTERS, `must be at most ${URL_MAX_CHARACTERS} characters`)
  .refine(isPublicUrl, 'must be an https URL of a public host')
  .meta({ format: 'uri', description: 'The URL to preview, instead of the first one in the content.' });

/** A text that describes a file. One that shows nothing is none. */
const alt = humanText(0, ALT_MAX_CHARACTERS).transform((text) => (hasVisibleText(text) ? text : null));

const FILES_MAX = UPLOAD_LIMITS.session.files;
const alts = z.array(alt).max(FILES_MAX, `at most ${FILES_MAX} texts`);

function newPost<C extends z.ZodType, A extends z.ZodType>(content: C, alt: A) {
  return z
    .strictObject({
      content,
      alt,
      visibility: visibility.default('PUBLIC'),
      jeHubId: namedId('a JeHub')
        .optional()
        .meta({ description: 'A JeHub that the account is a member of. Only its members see the Jes.' }),
      location: location.optional(),
      poll: poll.optional(),
      linkPreviewUrl: linkPreviewUrl.optional(),
    })
    .refine((post) => post.jeHubId === undefined || post.visibility === 'PUBLIC', {
      path: ['visibility'],
      message: 'a Jes in a JeHub is for its members; leave visibility out',
    });
}

/** `POST /api/posts` (contract section 8). */
export const newPostSchema = newPost(
  content,
  alts
    .refine(
      (texts) => texts.every((text) => text === null),
      'describes files, and there are none; send a form with files',
    )
    .default([])
    .meta({ description: 'Descriptions of files; only forms have files.' }),
);

/** The same with files beside it, which need no words. */
export const newMediaPostSchema = newPost(contentOrNone.default(''), alts.default([]));

/**
 * `PATCH /api/posts/:id`. What is left out stays as it is; `location: null` takes it away. Whether the content may be
 * empty the statement knows, which sees the files.
 */
export const postChangeSchema = z
  .strictObject({
    content: contentOrNone.optional(),
    visibility: visibility.optional(),
    location: location.nullish().meta({ description: 'Null removes it.' }),
    media: z
      .array(
        z.strictObject({
          id: namedId('a file of this Jes'),
          alt: alt
            .nullable()
            .meta({ description: 'Describes the file. Null or an empty text removes the description.' }),
        }),
      )
      .min(1, 'at least one file')
      .max(FILES_MAX, `at most ${FILES_MAX} files`)
      .optional()
      .meta({ description: 'New descriptions of files of this Jes; other files keep theirs.' })
      .check(({ value = [], issues }) => {
        const ids = value.map(({ id }) => id);
        for (const [i, id] of ids.entries()) {
          if (ids.indexOf(id) === i) continue;
          issues.push({ code: 'custom', path: [i, 'id'], message: 'was named before', input: id });
        }
      }),
  })
  .refine((change) => Object.values(change).some((value) => value !== undefined), {
    message: 'give at least one of content, visibility, location and media',
  });

/** `POST /api/posts/:id/bounce`; with content it is a quote-bounce. */
export const bounceSchema = z.strictObject({ content: content.optional() });
