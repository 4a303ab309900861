import { hashText } from '../../random.js';
import type { PodTemplate } from './core.js';

/** Templates are never changed in place, and asked about whenever one of their pods changes. */
const hashes = new WeakMap<PodTemplate, string>();

/** The hash by which a workload's pods, or its ReplicaSets, tell which version of its template they are of. */
export function templateHash(template: PodTemplate): string {
  const known = hashes.get(template);
  if (known !== undefined) return known;
  const hash = hashText(textOf(template));
  hashes.set(template, hash);
  return hash;
}

/** The hash that is taken when so many before it belong to something else already. */
export function collidedHash(template: PodTemplate, collisions: number): string {
  return collisions === 0 ? templateHash(template) : hashText(`${textOf(template)}${collisions}`);
}

/** JSON with sorted fields, so that only what is said counts. */
function textOf(template: PodTemplate): string {
  return JSON.stringify(template, (_key, part: unknown) => {
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
