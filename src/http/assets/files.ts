import { crc32OfBytes } from '../../lib/crc32.ts';
import base from './base.css?raw';
import docsStyles from './docs.css?raw';
import docsScript from './docs.js?raw';
import icon from './icon.svg?raw';
import styles from './jestha.css?raw';
import script from './jestha.js?raw';
import tokens from './tokens.css?raw';

/** A file that the bundle holds as text, with its media type. */
export interface AssetFile {
  readonly type: string;
  readonly text: string;
  /** A checksum of the text, which its address carries: another text has another address. */
  readonly version: string;
}

const file = (type: string, text: string): AssetFile => ({
  type,
  text,
  version: crc32OfBytes(new TextEncoder().encode(text)).toString(16).padStart(8, '0'),
});

const STYLES = 'text/css; charset=utf-8';
const SCRIPT = 'text/javascript; charset=utf-8';

const FILES = {
  'site.css': file(STYLES, tokens + base + styles),
  'jestha.js': file(SCRIPT, script),
  'docs.css': file(STYLES, docsStyles),
  'docs.js': file(SCRIPT, docsScript),
  'icon.svg': file('image/svg+xml', icon),
} as const;

type AssetName = keyof typeof FILES;

/** The file of this name that browsers load beside the pages, if it exists. */
export function findAsset(name: string): AssetFile | undefined {
  return Object.hasOwn(FILES, name) ? FILES[name as AssetName] : undefined;
}

/** The address of a file, with its version. */
export const addressOf = (name: AssetName) => `/assets/${name}?v=${FILES[name].version}`;
