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
  /** Called only for requests that are sent: synchronous results need no key. */
  readonly key: () => string;
}

interface SharedRequestOptions {
  readonly result: Promise<SubgraphResult>;
  /** Aborted when all callers have aborted. */
  readonly cancellation: LightAbortController;
  readonly completed: () => void;
}

/** A request in flight and its callers. */
class SharedRequest {
  /** Number of callers in total, and of those still waiting. */
  private joined = 0;
  private waiting = 0;

  constructor(private readonly options: SharedRequestOptions) {}

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
    this.options.completed();
  }
}

/**
 * Shares identical concurrent queries of the same actor. No caller gets a response to a request sent before
 * something that it has seen: after a mutation, a response with a minimum resource version, or an event,
 * requests in flight for the account are no longer joined.
 */
export class InFlightRequests {
  /** Requests in flight by account and key. */
  private readonly accounts = new Map<string, Map<string, SharedRequest>>();

  /**
   * Joins the request in flight with the same key, or calls `start`, whose signal aborts when all callers have
   * aborted. Every caller may modify its result. Synchronous results are not shared.
   */
  share(call: CallContext, { subgraph, key }: SharedRequestKey, start: Start): MaybePromise<SubgraphResult> {
    if (call.kind !== OperationTypeNode.QUERY) return this.runUnshared(call, start);
    const { minResourceVersion } = call;
    const { account } = call.actor;
    // Requests are only shared between callers with the same minimum resource version.
    const fullKey = () => `${subgraph}\n${minResourceVersion ?? ''}\n${serializeActor(call.actor)}\n${key()}`;
    const others = this.accounts.get(account);
    const knownKey = others && fullKey();
    const inFlight = knownKey === undefined ? undefined : others?.get(knownKey);
    if (inFlight && !inFlight.isAborted) return inFlight.join(call.signal);
    const cancellation = new LightAbortController();
    const result = start(cancellation);
    if (!(result instanceof Promise)) return result;
    const requestKey = knownKey ?? fullKey();
    const completed = () => {
      this.remove(account, requestKey, sharedRequest);
      // Other requests in flight may have been sent before the event.
      if (minResourceVersion !== undefined) this.invalidate(account);
    };
    const sharedRequest = new SharedRequest({ result, cancellation, completed });
    this.add(account, requestKey, sharedRequest);
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

  /** Replaces an aborted request with the same key. */
  private add(account: string, key: string, sharedRequest: SharedRequest): void {
    const requests = this.accounts.get(account);
    if (requests) requests.set(key, sharedRequest);
    else this.accounts.set(account, new Map([[key, sharedRequest]]));
  }

  private remove(account: string, key: string, sharedRequest: SharedRequest): void {
    const requests = this.accounts.get(account);
    // Later requests of the account may have replaced it.
    if (requests?.get(key) !== sharedRequest) return;
    requests.delete(key);
    if (requests.size === 0) this.accounts.delete(account);
  }
}
