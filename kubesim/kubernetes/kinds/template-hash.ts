import { stringify } from 'safe-stable-stringify';
import { hashText } from '../../random.js';
import type { PodTemplate } from './core.js';

/** Cached, because templates are immutable and their hash is needed at every change of a pod. */
const hashes = new WeakMap<PodTemplate, string>();

/**
 * The hash that identifies the version of a template on pods and ReplicaSets. It does not depend on the order of the
 * template's fields.
 */
export function templateHash(template: PodTemplate): string {
  const cached = hashes.get(template);
  if (cached !== undefined) return cached;
  const hash = hashText(stringify(template));
  hashes.set(template, hash);
  return hash;
}

/** The hash after a number of name collisions. */
export function collidedHash(template: PodTemplate, collisions: number): string {
  return collisions === 0 ? templateHash(template) : hashText(`${stringify(template)}${collisions}`);
}
