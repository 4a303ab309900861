import type { Actor } from '../../../kernel/actor.js';

const texts = new WeakMap<Actor, string>();

/** A text that two actors share only when they are the same in everything. */
export function serializeActor(actor: Actor): string {
  const known = texts.get(actor);
  if (known !== undefined) return known;
  const text = JSON.stringify(actor);
  texts.set(actor, text);
  return text;
}
