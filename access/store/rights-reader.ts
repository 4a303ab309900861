import { LRUCache } from 'lru-cache';
import type { Actor } from '../../kernel/actor.js';
import type { Log } from '../../kernel/log.js';
import { type MaybePromise, mapMaybePromise } from '../../kernel/maybe-promise.js';
import type { OpenDatabase } from '../../kernel/postgres/database.js';
import { runOutsideRequestScope } from '../../kernel/request-scope.js';
import { accessChanged } from '../model/access-changed.js';
import type { Rights } from '../model/rights.js';
import { readRights } from './grants.js';
import { AccessVersions } from './access-versions.js';

/** Milliseconds between two reads of the changed versions: a revoked permission has no effect after that. */
const INTERVAL = 500;
/** Rights of as many callers are kept. */
const CALLERS = 10_000;

/** The rights of a caller. */
interface Entry {
  readonly account: string;
  /** A promise while they are read. */
  rights: MaybePromise<Rights>;
  /** Version of the account's permissions; undefined while they are read. */
  version: bigint | undefined;
}

/**
 * The rights of callers. They are read once and kept until permissions of the account change: by this process, of which
 * `changed` is called, or by another one, which is found within half a second.
 */
export class RightsReader implements Disposable {
  private readonly entries = new LRUCache<string, Entry>({ max: CALLERS });
  private readonly listeners = new Set<(account: string) => void>();
  private readonly versions: AccessVersions;

  constructor(
    private readonly database: Pick<OpenDatabase, 'prisma' | 'pool'>,
    log: Log,
  ) {
    this.versions = new AccessVersions(database.pool, {
      log,
      interval: INTERVAL,
      isNeeded: () => this.entries.size > 0 || this.listeners.size > 0,
      changed: (versions) => this.forget(versions),
      lost: () => this.forgetAll(),
    });
  }

  /**
   * The rights of an actor; one statement unless they are kept. Throws `ACCESS_CHANGED` when the actor shares a stream of
   * other rights.
   */
  of(actor: Actor): MaybePromise<Rights> {
    if (actor.rights === undefined) return this.known(actor);
    return mapMaybePromise(this.known(actor), (rights) =>
      hasKey(rights, actor) ? rights : this.readAgain(actor),
    );
  }

  /** Forgets the rights of an account that a committed transaction of this process has changed. */
  changed(account: string): void {
    this.forget(new Map([[account, undefined]]));
  }

  /** Calls the listener with each account whose permissions have changed; returns a function that stops it. */
  onChange(listener: (account: string) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** Like `onChange`, in a process that may never read rights. Resolves when every later change is reported. */
  async watch(listener: (account: string) => void): Promise<() => void> {
    const stop = this.onChange(listener);
    await this.versions.start();
    return stop;
  }

  [Symbol.dispose](): void {
    this.versions[Symbol.dispose]();
    this.entries.clear();
    this.listeners.clear();
  }

  /** Another process may have found the change earlier. */
  private async readAgain(actor: Actor): Promise<Rights> {
    this.entries.delete(keyOf(actor));
    const rights = await this.known(actor);
    return hasKey(rights, actor) ? rights : throwAccessChanged();
  }

  private known(actor: Actor): MaybePromise<Rights> {
    const key = keyOf(actor);
    const found = this.entries.get(key);
    if (found) return found.rights;
    // The statement serves all callers that wait for it, so it must not be cancelled with the request of the first one.
    const reading = runOutsideRequestScope(() => this.read(actor));
    const rights = reading.then((read) => read.rights);
    const entry: Entry = { account: actor.account, rights, version: undefined };
    this.entries.set(key, entry);
    reading.then(
      (read) => Object.assign(entry, read),
      () => this.entries.peek(key) === entry && this.entries.delete(key),
    );
    return rights;
  }

  private async read(actor: Actor): Promise<{ readonly rights: Rights; readonly version: bigint }> {
    const { rights, version, position } = await readRights(this.database.prisma, actor);
    this.versions.startFrom(position);
    return { rights, version };
  }

  /** Forgets what is older than these versions; of an account without one, everything. */
  private forget(versions: ReadonlyMap<string, bigint | undefined>): void {
    for (const [key, { account, version = 0n }] of this.entries.entries()) {
      if (versions.has(account) && version < (versions.get(account) ?? Infinity)) this.entries.delete(key);
    }
    for (const account of versions.keys()) this.notify(account);
  }

  private forgetAll(): void {
    const accounts = new Set([...this.entries.values()].map(({ account }) => account));
    this.entries.clear();
    for (const account of accounts) this.notify(account);
  }

  private notify(account: string): void {
    for (const listener of this.listeners) listener(account);
  }
}

function hasKey(rights: Rights, actor: Actor): boolean {
  return rights.key(new Date()) === actor.rights;
}

function throwAccessChanged(): never {
  throw accessChanged();
}

const keys = new WeakMap<Actor, string>();

/** Equal for actors with the same rights. */
function keyOf(actor: Actor): string {
  const known = keys.get(actor);
  if (known !== undefined) return known;
  const { account, issuer, subject, serviceAccountId, groups, scopes } = actor;
  const key = JSON.stringify([
    account,
    serviceAccountId ?? null,
    issuer ?? '',
    subject,
    groups ?? [],
    scopes ?? [],
  ]);
  keys.set(actor, key);
  return key;
}
