import { createHash } from 'node:crypto';

/** A number from 0 up to 1 that depends only on the seed and the key: the same run gives the same failures. */
export function chance(seed: string | number, key: string): number {
  return createHash('sha256').update(`${seed}\u0000${key}`).digest().readUIntBE(0, 6) / 2 ** 48;
}

/** A fast 32-bit hash (FNV-1a), for spreading and for numbers that only have to look arbitrary. */
export function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

const LETTERS = 'bcdfghjklmnpqrstvwxz2456789';

/** A suffix as Kubernetes generates them: letters and digits that cannot spell words. */
export function suffix(length: number): string {
  return Array.from({ length }, () => LETTERS[Math.floor(Math.random() * LETTERS.length)]).join('');
}

/** A text of the same alphabet that depends only on `text`, as the hash of a pod template is written. */
export function hashText(text: string): string {
  const [a, b] = [hash32(text), hash32(`${text}#`)];
  return Array.from(
    { length: 10 },
    (_, i) => LETTERS[((i < 5 ? a : b) >>> ((i % 5) * 5)) % LETTERS.length],
  ).join('');
}

/** Twenty hexadecimal digits that depend only on `text`: ids of things that must not meet by chance. */
export function hashHex(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 20);
}
