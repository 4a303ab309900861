import { LRUCache } from 'lru-cache';
import { type Actor, signActor } from '../../../kernel/actor.js';
import { serializeActor } from '../call/serialize-actor.js';

/** Signs actors for subgraphs; a signature (good for two minutes) is used for one. */
export class ActorHeader {
  private readonly signed = new LRUCache<string, string | Promise<string>>({
    max: 10_000,
    ttl: 60_000,
    // Else it sets a timer in each millisecond in which it is asked.
    ttlResolution: 1000,
  });

  constructor(private readonly key: Uint8Array) {}

  /** At once, where it is known. */
  of(actor: Actor): string | Promise<string> {
    const id = serializeActor(actor);
    const known = this.signed.get(id);
    if (known !== undefined) return known;
    const signature = signActor(actor, this.key);
    this.signed.set(id, signature);
    void signature.then(
      (text) => this.signed.set(id, text),
      () => this.signed.delete(id),
    );
    return signature;
  }
}
