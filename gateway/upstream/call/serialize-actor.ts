import type { Actor } from '../../../kernel/actor.js';

const texts = new WeakMap<Actor, string>();

/** Serializes an actor; equal only for equal actors. */
export function serializeActor(actor: Actor): string {
  const cached = texts.get(actor);
  if (cached !== undefined) return cached;
  const text = JSON.stringify(actor);
  texts.set(actor, text);
  return text;
}
