import { randomBase62 } from '../../lib/base62.ts';

/** 131 bits: who does not know a name does not find the object. */
const SECRET_DIGITS = 22;
const OBJECT_NAME = /^[0-7][0-9A-HJKMNP-TV-Z]{25}-[0-9A-Za-z]{22}\.[a-z0-9]{3,4}$/;

/** A name for an object: the id of its file, by whose time names are sorted, and what nobody can guess. */
export function newObjectName(id: string, extension: string): string {
  return `${id}-${randomBase62(SECRET_DIGITS, (count) => crypto.getRandomValues(new Uint8Array(count)))}.${extension}`;
}

/** Whether a text can be the name of an object of ours. */
export function isObjectName(text: string): boolean {
  return OBJECT_NAME.test(text);
}

/** What a browser calls a file that it saves: the id, without what nobody can guess. */
export function fileNameOf(object: string): string {
  return object.replace(/-[^.]*/, '');
}
