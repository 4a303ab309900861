import { OperationTypeNode } from 'graphql';
import { type SubgraphResult, toWire } from '../../../protocol/wire.js';
import type { MaybePromise } from '../../../kernel/maybe-promise.js';
import { serializeActor } from './serialize-actor.js';
import type { CallContext } from './call-context.js';
import { type AbortSignalLike, LightAbortController } from './light-abort-controller.js';

/** Makes the request; its signal aborts when nobody waits for the answer any more. */
type Start = (signal: AbortSignalLike) => MaybePromise<SubgraphResult>;

/** What a request is asked of, and what tells it apart from others that are asked of the same. */
export interface SharedRequestKey {
  readonly subgraph: string;
  /** Long, so it is only made where there is something to compare it with. */
  readonly key: () => string;
}

interface SharedRequestOptions {
  readonly key: () => string;
  readonly result: Promise<SubgraphResult>;
  /** Told when nobody waits any more. */
  readonly cancellation: LightAbortController;
  readonly completed: (flight: SharedRequest) => void;
}

/** A request on its way to a subgraph, and those who wait for it. */
class SharedRequest {
  /** How many have asked for it, and how many of them still wait. */
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

  /** What each gets is theirs to change. */
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
      (answer) => {
        this.complete(signal, leave);
        return this.joined > 1 ? (toWire(answer) as SubgraphResult) : answer;
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

/** What one actor has on its way to one subgraph: nearly always a single request, which needs no key to be known by. */
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

  add(flight: SharedRequest): void {
    if (this.isEmpty) {
      this.single = flight;
      return;
    }
    this.several ??= new Map();
    if (this.single) this.several.set(this.single.key, this.single);
    this.single = undefined;
    // In place of one of the same kind that everybody has left.
    this.several.set(flight.key, flight);
  }

  remove(flight: SharedRequest): void {
    if (this.single === flight) this.single = undefined;
    else if (this.several?.get(flight.key) === flight) this.several.delete(flight.key);
  }
}

/**
 * Lets the same queries of the same actor that are on their way at the same time be one. Nobody gets an answer that
 * was asked for before something that they have seen: when a mutation is answered, when what was to be no older than an
 * event is, or when an event arrives, what is on its way for the account is not joined any more.
 */
export class InFlightRequests {
  private readonly accounts = new Map<string, Map<string, ActorRequests>>();

  /**
   * Runs `start` or joins the one that has the same key. Its signal aborts when nobody waits any more. What is given
   * to each caller is theirs to change. What is there at once nobody can join.
   */
  share(call: CallContext, { subgraph, key }: SharedRequestKey, start: Start): MaybePromise<SubgraphResult> {
    if (call.kind !== OperationTypeNode.QUERY) return this.runUnshared(call, start);
    const { minResourceVersion: atLeast } = call;
    const { account } = call.actor;
    // Who must not see less than an event joins only those who wait for the same.
    const textOf = () => `${subgraph}\n${atLeast ?? ''}\n${serializeActor(call.actor)}`;
    const lanes = this.accounts.get(account);
    const sought = lanes && textOf();
    const requestsOf = lanes?.get(sought ?? '');
    const known = requestsOf?.find(key());
    if (known && !known.isAborted) return known.join(call.signal);
    const cancellation = new LightAbortController();
    const result = start(cancellation);
    if (!(result instanceof Promise)) return result;
    const text = sought ?? textOf();
    const landed = (flight: SharedRequest) => {
      taken.remove(flight);
      this.removeIfEmpty(account, text, taken);
      // Others on their way may have been asked before the event.
      if (atLeast !== undefined) this.invalidate(account);
    };
    const flight = new SharedRequest({ key, result, cancellation, completed: landed });
    const taken = this.lane(account, text);
    taken.add(flight);
    return flight.join(call.signal);
  }

  /** From now on queries of the account see what is there now. */
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

  private lane(account: string, text: string): ActorRequests {
    let lanes = this.accounts.get(account);
    if (!lanes) this.accounts.set(account, (lanes = new Map<string, ActorRequests>()));
    let lane = lanes.get(text);
    if (!lane) lanes.set(text, (lane = new ActorRequests()));
    return lane;
  }

  /** Keeps no lane in which nothing is on its way. */
  private removeIfEmpty(account: string, text: string, lane: ActorRequests): void {
    const lanes = this.accounts.get(account);
    // Another one may have been begun since.
    if (!lane.isEmpty || lanes?.get(text) !== lane) return;
    lanes.delete(text);
    if (lanes.size === 0) this.accounts.delete(account);
  }
}
