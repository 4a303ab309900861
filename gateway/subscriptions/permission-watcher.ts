import type { Actor } from '../../kernel/actor.js';
import type { Log } from '../../kernel/log.js';
import { ProblemError } from '../../kernel/result.js';
import type { Authenticator } from '../auth/authenticator.js';
import { permissionsKey } from './share-key.js';

/** The client of a running stream and its credentials. */
export interface AuthenticatedClient {
  readonly actor: Actor;
  /** The `Authorization` header; undefined without authentication. */
  readonly authorization: string | undefined;
}

export interface PermissionWatcherOptions {
  readonly authenticator: Authenticator;
  /** Milliseconds between checks. */
  readonly interval: number;
  readonly log: Log;
}

interface Watched {
  /** Permissions at the start of the stream. */
  readonly permissions: string;
  readonly changed: Set<() => void>;
}

/**
 * Periodically verifies the tokens of running streams: a token may be revoked, its key withdrawn, or its
 * permissions changed by new settings. Each token is verified once, independent of its number of streams.
 */
export class PermissionWatcher implements Disposable {
  private readonly watched = new Map<string, Watched>();
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly options: PermissionWatcherOptions) {
    this.timer = setInterval(() => void this.check(), options.interval);
    this.timer.unref();
  }

  /** Calls `changed` once when the client's permissions change. Returns a function that stops watching. */
  watch({ actor, authorization }: AuthenticatedClient, changed: () => void): () => void {
    if (authorization === undefined) return () => undefined;
    const key = `${permissionsKey(actor, 'subject')}\n${authorization}`;
    const entry = this.watched.get(key) ?? {
      permissions: permissionsKey(actor, 'subject'),
      changed: new Set(),
    };
    this.watched.set(key, entry);
    const call = () => changed();
    entry.changed.add(call);
    return () => {
      entry.changed.delete(call);
      if (entry.changed.size === 0 && this.watched.get(key) === entry) this.watched.delete(key);
    };
  }

  /** Checks all tokens now. */
  async check(): Promise<void> {
    for (const [key, entry] of [...this.watched]) {
      if (await this.isUnchanged(key.slice(key.indexOf('\n') + 1), entry.permissions)) continue;
      this.watched.delete(key);
      for (const changed of [...entry.changed]) changed();
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.timer);
    this.watched.clear();
  }

  private async isUnchanged(authorization: string, permissions: string): Promise<boolean> {
    try {
      return (
        permissionsKey(await this.options.authenticator.reauthenticate(authorization), 'subject') ===
        permissions
      );
    } catch (err) {
      // Expiry is watched separately, see TokenExpiryWatcher.
      if (err instanceof ProblemError) return err.problems[0]?.code === 'TOKEN_EXPIRED';
      this.options.log.warn({ err }, 'permissions of a running stream could not be checked');
      return true;
    }
  }
}
