import { LRUCache } from 'lru-cache';
import { type Actor, signActor } from '../../kernel/actor.js';

/** Signs actors for subgraphs; a signature (good for two minutes) is used for one. */
export class ActorHeader {
  private readonly signed = new LRUCache<string, Promise<string>>({ max: 10_000, ttl: 60_000 });

  constructor(private readonly key: Uint8Array) {}

  of(actor: Actor): Promise<string> {
    const id = `${actor.account}\n${actor.subject}\n${actor.expiresAt?.getTime() ?? 0}\n${actor.scopes?.join(' ') ?? '-'}\n${actor.verified ?? '-'}`;
    const known = this.signed.get(id);
    if (known) return known;
    const signature = signActor(actor, this.key);
    this.signed.set(id, signature);
    return signature;
  }
}
