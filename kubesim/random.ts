import { hash } from 'node:crypto';

/** A number from 0 to 1 (exclusive) that depends only on the seed and the key, so that runs are reproducible. */
export function chance(seed: string | number, key: string): number {
  return hash('sha256', `${seed}\u0000${key}`, 'buffer').readUIntBE(0, 6) / 2 ** 48;
}

/** A fast 32-bit hash (FNV-1a). */
export function hash32(text: string): number {
  let result = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    result = Math.imul(result ^ text.charCodeAt(index), 0x01000193);
  }
  return result >>> 0;
}

const LETTERS = 'bcdfghjklmnpqrstvwxz2456789';

/** A random suffix of the alphabet of Kubernetes' generated names, which has no vowels. */
export function suffix(length: number): string {
  return Array.from({ length }, () => LETTERS[Math.floor(Math.random() * LETTERS.length)]).join('');
}

/** A hash of `text` in the same alphabet, as Kubernetes encodes pod template hashes. */
export function hashText(text: string): string {
  const [a, b] = [hash32(text), hash32(`${text}#`)];
  return Array.from(
    { length: 10 },
    (_, i) => LETTERS[((i < 5 ? a : b) >>> ((i % 5) * 5)) % LETTERS.length],
  ).join('');
}

/** A hash of `text` as twenty hexadecimal digits, for ids that must not collide. */
export function hashHex(text: string): string {
  return hash('sha256', text).slice(0, 20);
}
