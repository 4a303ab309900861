import type { Actor } from '../../kernel/actor.js';
import type { Clock } from '../../kernel/clock.js';
import { hasExpired } from './authenticator.js';

interface Watched {
  readonly actor: Actor;
  readonly expired: () => void;
}

/** Notifies when tokens expire. Checks every second by the platform's clock. */
export class TokenExpiryWatcher implements Disposable {
  private readonly watched = new Set<Watched>();
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly clock: Clock) {
    this.timer = setInterval(() => this.check(), 1000);
    this.timer.unref();
  }

  /** Calls `expired` once when the actor's token expires. Returns a function that stops watching. */
  watch(actor: Actor, expired: () => void): () => void {
    if (!actor.expiresAt) return () => undefined;
    const entry = { actor, expired };
    this.watched.add(entry);
    return () => void this.watched.delete(entry);
  }

  [Symbol.dispose](): void {
    clearInterval(this.timer);
    this.watched.clear();
  }

  private check(): void {
    for (const entry of this.watched) {
      if (!hasExpired(entry.actor, this.clock)) continue;
      this.watched.delete(entry);
      entry.expired();
    }
  }
}
