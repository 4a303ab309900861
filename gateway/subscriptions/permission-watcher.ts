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
  /** Milliseconds between checks of tokens. Keys of service accounts are checked twice a second. */
  readonly interval: number;
  readonly log: Log;
}

/** Milliseconds between checks of keys: one that is revoked ends its streams after that. */
const KEY_INTERVAL = 500;
/** A header with a key, see access/service-account-key.ts. */
const KEY_HEADER = /^\s*bearer +fgk_/i;

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
  private readonly timers: readonly NodeJS.Timeout[];
  private isCheckingKeys = false;

  constructor(private readonly options: PermissionWatcherOptions) {
    this.timers = [
      setInterval(() => void this.check(), options.interval),
      setInterval(() => void this.checkKeys(), KEY_INTERVAL),
    ];
    for (const timer of this.timers) timer.unref();
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

  /** Checks all tokens and keys now. */
  async check(): Promise<void> {
    for (const [key, entry] of [...this.watched]) await this.checkEntry(key, entry);
  }

  [Symbol.dispose](): void {
    for (const timer of this.timers) clearInterval(timer);
    this.watched.clear();
  }

  /** All at once: they share a request. */
  private async checkKeys(): Promise<void> {
    if (this.isCheckingKeys) return;
    this.isCheckingKeys = true;
    const ofKeys = [...this.watched].filter(([key]) => KEY_HEADER.test(authorizationOf(key)));
    await Promise.all(ofKeys.map(([key, entry]) => this.checkEntry(key, entry)));
    this.isCheckingKeys = false;
  }

  private async checkEntry(key: string, entry: Watched): Promise<void> {
    if (await this.isUnchanged(authorizationOf(key), entry.permissions)) return;
    this.watched.delete(key);
    for (const changed of [...entry.changed]) changed();
  }

  private async isUnchanged(authorization: string, permissions: string): Promise<boolean> {
    try {
      return (
        permissionsKey(await this.options.authenticator.reauthenticate(authorization), 'subject') ===
        permissions
      );
    } catch (err) {
      // Expiry is watched separately, see TokenExpiryWatcher.
      if (err instanceof ProblemError) return err.problems[0]?.code !== 'UNAUTHENTICATED';
      this.options.log.warn({ err }, 'permissions of a running stream could not be checked');
      return true;
    }
  }
}

/** The header in the key of an entry. */
function authorizationOf(key: string): string {
  return key.slice(key.indexOf('\n') + 1);
}
