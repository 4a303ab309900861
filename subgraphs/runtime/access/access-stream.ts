import { Loaders } from '../../../kernel/loaders.js';
import { accessChanged } from '../../../access/model/access-changed.js';
import type { Rights } from '../../../access/model/rights.js';
import { Bookmark } from '../execution/bookmark.js';
import type { RequestContext } from '../subgraph.js';
import type { AccessDecider } from './access-decider.js';
import type { ObjectFilter } from './object-filter.js';

/** Milliseconds for which the places of objects are kept: labels of a cluster may change. */
const PLACES_KEPT = 1000;
/** Milliseconds without a value after which a hidden one becomes a bookmark; more often they would count what is hidden. */
const BOOKMARK_INTERVAL = 10_000;
/** Longest delay of a timer in milliseconds. */
const MAX_DELAY = 2 ** 31 - 1;

/** What a stream is filtered by. */
export interface StreamAccess {
  readonly context: RequestContext;
  /** Rights with which the source was opened. */
  readonly rights: Rights;
  readonly decider: AccessDecider;
  /** Undefined: the actor may see all values. */
  readonly filter: ObjectFilter | undefined;
}

/**
 * The values of a subscription's source that the actor may see. Fails with `ACCESS_CHANGED` when the rights of the actor
 * are no longer those with which it was opened: the client subscribes again, and gets what it may see then.
 */
export class AccessStream implements AsyncIterableIterator<unknown> {
  private readonly source: AsyncIterator<unknown>;
  private readonly key: string;
  private readonly stopListening: () => void;
  private expiry: NodeJS.Timeout | undefined;
  private failure: Error | undefined;
  /** Rejects the pull that waits for a value. */
  private reject: ((error: Error) => void) | undefined;
  private loaders = new Loaders();
  private loadedAt = performance.now();
  private sentAt = performance.now();

  constructor(
    source: AsyncIterable<unknown>,
    private readonly access: StreamAccess,
  ) {
    const { rights, decider, context } = access;
    this.source = source[Symbol.asyncIterator]();
    this.key = rights.key(decider.now());
    this.stopListening = decider.onChange((account) => {
      if (account === context.actor.account) void this.compare();
    });
    // The rights may have changed while the source was opened.
    void this.compare();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<unknown>> {
    if (this.failure) return Promise.reject(this.failure);
    return new Promise((resolve, reject) => {
      this.reject = reject;
      this.pull().then(resolve, reject);
    });
  }

  return(): Promise<IteratorResult<unknown>> {
    this.release();
    // Not awaited: a source that waits for its next value may end only with it.
    this.source.return?.().then(undefined, () => undefined);
    return Promise.resolve({ done: true, value: undefined });
  }

  private async pull(): Promise<IteratorResult<unknown>> {
    for (;;) {
      const step = await this.source.next();
      if (step.done) this.release();
      const visible = step.done || step.value instanceof Bookmark || (await this.sees(step.value));
      if (this.failure) throw this.failure;
      const value: unknown = visible ? step.value : this.bookmarkAfter(step.value);
      if (value === undefined && !step.done) continue;
      this.sentAt = performance.now();
      return step.done ? step : { done: false, value };
    }
  }

  private async sees(value: unknown): Promise<boolean> {
    const { context, decider, filter, rights } = this.access;
    if (!filter || filter.verbs.every((verb) => decider.isUnrestricted(rights, verb))) return true;
    if (typeof value !== 'object' || value === null) return false;
    if (performance.now() - this.loadedAt > PLACES_KEPT) {
      this.loaders = new Loaders();
      this.loadedAt = performance.now();
    }
    const own = { ...context, loaders: this.loaders, rights: () => rights };
    const access = await filter.accessOf(value, own);
    return !access || decider.sees(own, access, value);
  }

  /** The position after a hidden value, so that a client without visible ones can resume, at most every ten seconds. */
  private bookmarkAfter(value: unknown): Bookmark | undefined {
    if (performance.now() - this.sentAt < BOOKMARK_INTERVAL) return undefined;
    const { cursor } = value as { readonly cursor?: string };
    return cursor === undefined ? undefined : new Bookmark(cursor, false);
  }

  /** Fails unless the rights of the actor are the same now. */
  private async compare(): Promise<void> {
    const { context, decider } = this.access;
    try {
      const rights = await decider.rightsOf(context.actor);
      if (rights.key(decider.now()) !== this.key) this.fail(accessChanged());
      else this.awaitExpiry(rights);
    } catch (error) {
      this.fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  private awaitExpiry(rights: Rights): void {
    clearTimeout(this.expiry);
    const now = this.access.decider.now();
    const expiresAt = rights.nextExpiry(now);
    if (!expiresAt || this.failure) return;
    const delay = Math.min(expiresAt.getTime() - now.getTime(), MAX_DELAY);
    this.expiry = setTimeout(() => void this.compare(), delay);
    this.expiry.unref();
  }

  private fail(error: Error): void {
    if (this.failure) return;
    this.failure = error;
    this.reject?.(error);
    void this.return();
  }

  private release(): void {
    this.stopListening();
    clearTimeout(this.expiry);
  }
}
