import type { Actor } from '../../../kernel/actor.js';

const texts = new WeakMap<Actor, string>();

/** Serializes an actor; equal only for equal actors. */
export function serializeActor(actor: Actor): string {
  const known = texts.get(actor);
  if (known !== undefined) return known;
  const text = JSON.stringify(actor);
  texts.set(actor, text);
  return text;
}
