import { OperationTypeNode } from 'graphql';
import { type SubgraphResult, toWire } from '../../../kernel/graph/wire.js';
import type { MaybePromise } from '../../../kernel/maybe-promise.js';
import { actorText } from './actor-text.js';
import type { CallContext } from '../call-context.js';
import { type CancelSignal, Cancellation } from '../cancellation.js';

/** Makes the request; its signal aborts when nobody waits for the answer any more. */
type Start = (signal: CancelSignal) => MaybePromise<SubgraphResult>;

/** A request on its way to a subgraph, and those who wait for it. */
class Flight {
  /** How many have asked for it, and how many of them still wait. */
  private asked = 0;
  private waiting = 0;

  constructor(
    private readonly result: Promise<SubgraphResult>,
    /** Told when nobody waits any more. */
    private readonly cancellation: Cancellation,
    private readonly landed: (flight: Flight) => void,
  ) {}

  get abandoned(): boolean {
    return this.waiting === 0;
  }

  /** What each gets is theirs to change. */
  join(signal: CancelSignal): Promise<SubgraphResult> {
    this.asked += 1;
    this.waiting += 1;
    const leave = () => {
      this.waiting -= 1;
      if (this.waiting === 0) this.cancellation.abort();
    };
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
    return this.result.then(
      (result) => {
        this.land(signal, leave);
        return this.asked > 1 ? (toWire(result) as SubgraphResult) : result;
      },
      (error: unknown) => {
        this.land(signal, leave);
        throw error;
      },
    );
  }

  private land(signal: CancelSignal, leave: () => void): void {
    signal.removeEventListener('abort', leave);
    this.landed(this);
  }
}

/**
 * Lets the same queries of the same actor that are on their way at the same time be one. Nobody gets an answer that
 * was asked for before something that they have seen: when a mutation is answered, when what was to be no older than an
 * event is, or when an event arrives, what is on its way for the account is not joined any more.
 */
export class Flights {
  private readonly accounts = new Map<string, Map<string, Flight>>();

  /**
   * Runs `start` or joins the one that has the same key. Its signal aborts when nobody waits any more. What is given
   * to each caller is theirs to change. What is there at once nobody can join.
   */
  share(call: CallContext, key: () => string, start: Start): MaybePromise<SubgraphResult> {
    if (call.kind !== OperationTypeNode.QUERY) return this.alone(call, start);
    const { atLeast } = call;
    const { account } = call.actor;
    // Who must not see less than an event joins only those who wait for the same.
    const textOf = () => `${key()}\n${actorText(call.actor)}\n${atLeast ?? ''}`;
    const flights = this.accounts.get(account);
    const sought = flights && textOf();
    const known = flights?.get(sought ?? '');
    if (known && !known.abandoned) return known.join(call.signal);
    const cancellation = new Cancellation();
    const result = start(cancellation);
    if (!(result instanceof Promise)) return result;
    const text = sought ?? textOf();
    const flight = new Flight(result, cancellation, (landed) => {
      this.land(account, text, landed);
      // Others on their way may have been asked before the event.
      if (atLeast !== undefined) this.forget(account);
    });
    this.take(account, text, flight);
    return flight.join(call.signal);
  }

  private take(account: string, text: string, flight: Flight): void {
    let flights = this.accounts.get(account);
    if (!flights) this.accounts.set(account, (flights = new Map<string, Flight>()));
    flights.set(text, flight);
  }

  /** From now on queries of the account see what is there now. */
  forget(account: string): void {
    this.accounts.delete(account);
  }

  private async alone(call: CallContext, start: Start): Promise<SubgraphResult> {
    try {
      return await start(call.signal);
    } finally {
      this.forget(call.actor.account);
    }
  }

  private land(account: string, key: string, flight: Flight): void {
    const flights = this.accounts.get(account);
    // Another one of the same kind may have begun since.
    if (!flights || flights.get(key) !== flight) return;
    flights.delete(key);
    if (flights.size === 0) this.accounts.delete(account);
  }
}
