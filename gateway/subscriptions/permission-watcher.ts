import type { Actor } from '../../kernel/actor.js';
import type { Log } from '../../kernel/log.js';
import { ProblemError } from '../../kernel/result.js';
import type { Authenticator } from '../auth/authenticator.js';
import { permissionsKey } from './share-key.js';

/** Somebody whose stream is running, and how they proved who they are. */
export interface AuthenticatedClient {
  readonly actor: Actor;
  /** The `Authorization` header; undefined where nobody is asked. */
  readonly authorization: string | undefined;
}

export interface PermissionWatcherOptions {
  readonly authenticator: Authenticator;
  /** Milliseconds between two looks. */
  readonly interval: number;
  readonly log: Log;
}

interface Watched {
  /** What the bearer may do, as it was when the stream began. */
  readonly permissions: string;
  readonly changed: Set<() => void>;
}

/**
 * Looks again and again at what the bearers of running streams may do: a token may be called back, its key withdrawn,
 * its claims weigh differently after a change of settings. Each token is looked at once, however many streams it has.
 */
export class PermissionWatcher implements Disposable {
  private readonly watched = new Map<string, Watched>();
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly options: PermissionWatcherOptions) {
    this.timer = setInterval(() => void this.check(), options.interval);
    this.timer.unref();
  }

  /** Calls `changed` once when the bearer's rights are no longer what they were; answers how to stop watching. */
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

  /** Looks now. */
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

  private async isUnchanged(authorization: string, rights: string): Promise<boolean> {
    try {
      return (
        permissionsKey(await this.options.authenticator.reauthenticate(authorization), 'subject') === rights
      );
    } catch (err) {
      // The end of a token is watched for itself, to the second.
      if (err instanceof ProblemError) return err.problems[0]?.code === 'TOKEN_EXPIRED';
      this.options.log.warn({ err }, 'permissions of a running stream could not be checked');
      return true;
    }
  }
}
