import { OperationTypeNode } from 'graphql';
import { type SubgraphResult, toWire } from '../../../protocol/wire.js';
import type { MaybePromise } from '../../../kernel/maybe-promise.js';
import { serializeActor } from './serialize-actor.js';
import type { CallContext } from './call-context.js';
import { type AbortSignalLike, LightAbortController } from './light-abort-controller.js';

/** Starts the request; the signal aborts when all callers have aborted. */
type Start = (signal: AbortSignalLike) => MaybePromise<SubgraphResult>;

/** Subgraph and key of a request; requests with the same key are shared. */
export interface SharedRequestKey {
  readonly subgraph: string;
  /** Computed lazily, because it is long and rarely compared. */
  readonly key: () => string;
}

interface SharedRequestOptions {
  readonly key: () => string;
  readonly result: Promise<SubgraphResult>;
  /** Aborted when all callers have aborted. */
  readonly cancellation: LightAbortController;
  readonly completed: (sharedRequest: SharedRequest) => void;
}

/** A request in flight and its callers. */
class SharedRequest {
  /** Number of callers in total, and of those still waiting. */
  private joined = 0;
  private waiting = 0;
  private written: string | undefined;

  constructor(private readonly options: SharedRequestOptions) {}

  get key(): string {
    this.written ??= this.options.key();
    return this.written;
  }

  get isAborted(): boolean {
    return this.waiting === 0;
  }

  /** Every caller gets its own copy, which it may modify. */
  join(signal: AbortSignalLike): Promise<SubgraphResult> {
    this.joined += 1;
    this.waiting += 1;
    const { result, cancellation } = this.options;
    const leave = () => {
      this.waiting -= 1;
      if (this.waiting === 0) cancellation.abort();
    };
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
    return result.then(
      (response) => {
        this.complete(signal, leave);
        return this.joined > 1 ? (toWire(response) as SubgraphResult) : response;
      },
      (error: unknown) => {
        this.complete(signal, leave);
        throw error;
      },
    );
  }

  private complete(signal: AbortSignalLike, leave: () => void): void {
    signal.removeEventListener('abort', leave);
    this.options.completed(this);
  }
}

/** In-flight requests of one actor to one subgraph: nearly always a single one, which needs no key. */
class ActorRequests {
  private single: SharedRequest | undefined;
  private several: Map<string, SharedRequest> | undefined;

  get isEmpty(): boolean {
    return !this.single && (this.several?.size ?? 0) === 0;
  }

  find(key: string): SharedRequest | undefined {
    if (this.single) return this.single.key === key ? this.single : undefined;
    return this.several?.get(key);
  }

  add(sharedRequest: SharedRequest): void {
    if (this.isEmpty) {
      this.single = sharedRequest;
      return;
    }
    this.several ??= new Map();
    if (this.single) this.several.set(this.single.key, this.single);
    this.single = undefined;
    // Replaces an aborted request with the same key.
    this.several.set(sharedRequest.key, sharedRequest);
  }

  remove(sharedRequest: SharedRequest): void {
    if (this.single === sharedRequest) this.single = undefined;
    else if (this.several?.get(sharedRequest.key) === sharedRequest) this.several.delete(sharedRequest.key);
  }
}

/**
 * Shares identical concurrent queries of the same actor. No caller gets a response to a request sent before
 * something that it has seen: after a mutation, a response with a minimum resource version, or an event,
 * requests in flight for the account are no longer joined.
 */
export class InFlightRequests {
  private readonly accounts = new Map<string, Map<string, ActorRequests>>();

  /**
   * Joins the request in flight with the same key, or calls `start`, whose signal aborts when all callers have
   * aborted. Every caller may modify its result. Synchronous results are not shared.
   */
  share(call: CallContext, { subgraph, key }: SharedRequestKey, start: Start): MaybePromise<SubgraphResult> {
    if (call.kind !== OperationTypeNode.QUERY) return this.runUnshared(call, start);
    const { minResourceVersion } = call;
    const { account } = call.actor;
    // Requests are only shared between callers with the same minimum resource version.
    const textOf = () => `${subgraph}\n${minResourceVersion ?? ''}\n${serializeActor(call.actor)}`;
    const byActor = this.accounts.get(account);
    const actorKey = byActor && textOf();
    const requestsOf = byActor?.get(actorKey ?? '');
    const inFlight = requestsOf?.find(key());
    if (inFlight && !inFlight.isAborted) return inFlight.join(call.signal);
    const cancellation = new LightAbortController();
    const result = start(cancellation);
    if (!(result instanceof Promise)) return result;
    const text = actorKey ?? textOf();
    const landed = (sharedRequest: SharedRequest) => {
      actorRequests.remove(sharedRequest);
      this.removeIfEmpty(account, text, actorRequests);
      // Other requests in flight may have been sent before the event.
      if (minResourceVersion !== undefined) this.invalidate(account);
    };
    const sharedRequest = new SharedRequest({ key, result, cancellation, completed: landed });
    const actorRequests = this.actorRequests(account, text);
    actorRequests.add(sharedRequest);
    return sharedRequest.join(call.signal);
  }

  /** Later queries of the account do not join requests in flight. */
  invalidate(account: string): void {
    this.accounts.delete(account);
  }

  private async runUnshared(call: CallContext, start: Start): Promise<SubgraphResult> {
    try {
      return await start(call.signal);
    } finally {
      this.invalidate(call.actor.account);
    }
  }

  private actorRequests(account: string, text: string): ActorRequests {
    let byActor = this.accounts.get(account);
    if (!byActor) this.accounts.set(account, (byActor = new Map<string, ActorRequests>()));
    let actorRequests = byActor.get(text);
    if (!actorRequests) byActor.set(text, (actorRequests = new ActorRequests()));
    return actorRequests;
  }

  /** Removes the entry of an actor without requests in flight. */
  private removeIfEmpty(account: string, text: string, actorRequests: ActorRequests): void {
    const byActor = this.accounts.get(account);
    // A new request may have been added meanwhile.
    if (!actorRequests.isEmpty || byActor?.get(text) !== actorRequests) return;
    byActor.delete(text);
    if (byActor.size === 0) this.accounts.delete(account);
  }
}
