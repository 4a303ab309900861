import { stringify } from 'safe-stable-stringify';
import { hashText } from '../../random.js';
import type { PodTemplate } from './core.js';

/** Templates are never changed in place, and asked about whenever one of their pods changes. */
const hashes = new WeakMap<PodTemplate, string>();

/**
 * The hash by which a workload's pods, or its ReplicaSets, tell which version of its template they are of. The order of the
 * template's fields does not count.
 */
export function templateHash(template: PodTemplate): string {
  const known = hashes.get(template);
  if (known !== undefined) return known;
  const hash = hashText(stringify(template));
  hashes.set(template, hash);
  return hash;
}

/** The hash that is taken when so many before it belong to something else already. */
export function collidedHash(template: PodTemplate, collisions: number): string {
  return collisions === 0 ? templateHash(template) : hashText(`${stringify(template)}${collisions}`);
}
