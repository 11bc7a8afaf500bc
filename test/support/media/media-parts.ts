import { concat } from '../../../src/lib/bytes.ts';

/** The picture of all files here: a quarter each of red and green above blue and white, to see which way up it is. */
export const WIDTH = 32;
export const HEIGHT = 16;

/** The colours of the quarters, from the top left to the bottom right. */
export const COLOURS = [
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
  [255, 255, 255],
] as const;

/** Videos have two frames of half a second. */
export const DURATION_MS = 1_000;

/** Bytes, or a text in Latin-1. */
export type Part = Uint8Array | readonly number[] | string;

export function join(...parts: readonly Part[]): Uint8Array<ArrayBuffer> {
  return concat(parts.map((part) => Uint8Array.from(typeof part === 'string' ? latin1(part) : part)));
}

export function latin1(text: string): number[] {
  return Array.from(text, (character) => character.charCodeAt(0));
}

/** Big-endian. */
export function uint(value: number, size: number): number[] {
  return Array.from({ length: size }, (_, i) => Math.floor(value / 256 ** (size - 1 - i)) % 256);
}

export function uintLe(value: number, size: number): number[] {
  return uint(value, size).reverse();
}
