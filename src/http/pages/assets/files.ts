import pico from '@picocss/pico/css/pico.indigo.min.css?raw';
import docsStyles from './docs.css?raw';
import docsScript from './docs.js?raw';
import icon from './icon.svg?raw';
import styles from './jestha.css?raw';
import script from './jestha.js?raw';

export interface AssetFile {
  readonly type: string;
  readonly text: string;
}

/** What browsers load beside the pages, by its name below `/assets/`. */
export const FILES: ReadonlyMap<string, AssetFile> = new Map([
  ['pico.css', { type: 'text/css; charset=utf-8', text: pico }],
  ['jestha.css', { type: 'text/css; charset=utf-8', text: styles }],
  ['jestha.js', { type: 'text/javascript; charset=utf-8', text: script }],
  ['docs.css', { type: 'text/css; charset=utf-8', text: docsStyles }],
  ['docs.js', { type: 'text/javascript; charset=utf-8', text: docsScript }],
  ['icon.svg', { type: 'image/svg+xml', text: icon }],
]);
