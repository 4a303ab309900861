import { LRUCache } from 'lru-cache';
import { type Actor, signActor } from '../../../kernel/actor.js';
import { serializeActor } from '../call/serialize-actor.js';

/** Signs actors for subgraphs. A signature is valid for two minutes and cached for one. */
export class ActorHeader {
  private readonly signed = new LRUCache<string, string | Promise<string>>({
    max: 10_000,
    ttl: 60_000,
    // Otherwise lru-cache sets a timer in every millisecond in which it is used.
    ttlResolution: 1000,
  });

  constructor(private readonly key: Uint8Array) {}

  /** Synchronous when the signature is cached. */
  of(actor: Actor): string | Promise<string> {
    const id = serializeActor(actor);
    const cached = this.signed.get(id);
    if (cached !== undefined) return cached;
    const signature = signActor(actor, this.key);
    this.signed.set(id, signature);
    void signature.then(
      (text) => this.signed.set(id, text),
      () => this.signed.delete(id),
    );
    return signature;
  }
}
