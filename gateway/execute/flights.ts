import { OperationTypeNode } from 'graphql';
import { type SubgraphResult, toWire } from '../../kernel/graph/wire.js';
import { actorText } from './actor-text.js';
import type { CallContext } from './call-context.js';

/** A request on its way to a subgraph. */
interface Flight {
  readonly result: Promise<SubgraphResult>;
  readonly abort: AbortController;
  /** How many have asked for it, and how many of them still wait. */
  asked: number;
  waiting: number;
}

/**
 * Lets the same queries of the same actor that are on their way at the same time be one. Nobody gets an answer that
 * was asked for before something that they have seen: when a mutation is answered or an event arrives, what is on its
 * way for the account is not joined any more.
 */
export class Flights {
  private readonly accounts = new Map<string, Map<string, Flight>>();

  /**
   * Runs `start` or joins the one that has the same key. Its signal aborts when nobody waits any more. What is given
   * to each caller is theirs to change.
   */
  async share(
    call: CallContext,
    key: string,
    start: (signal: AbortSignal) => Promise<SubgraphResult>,
  ): Promise<SubgraphResult> {
    // Who must not see less than an event does not join somebody who began before it.
    if (call.kind !== OperationTypeNode.QUERY || call.atLeast !== undefined) return this.alone(call, start);
    const flight = this.join(call, `${actorText(call.actor)}\n${key}`, start);
    flight.asked += 1;
    flight.waiting += 1;
    const leave = () => {
      flight.waiting -= 1;
      if (flight.waiting === 0) flight.abort.abort();
    };
    if (call.signal.aborted) leave();
    else call.signal.addEventListener('abort', leave, { once: true });
    try {
      const result = await flight.result;
      return flight.asked > 1 ? (toWire(result) as SubgraphResult) : result;
    } finally {
      call.signal.removeEventListener('abort', leave);
    }
  }

  /** From now on queries of the account see what is there now. */
  forget(account: string): void {
    this.accounts.delete(account);
  }

  private async alone(
    call: CallContext,
    start: (signal: AbortSignal) => Promise<SubgraphResult>,
  ): Promise<SubgraphResult> {
    try {
      return await start(call.signal);
    } finally {
      this.forget(call.actor.account);
    }
  }

  private join(
    { actor: { account } }: CallContext,
    key: string,
    start: (signal: AbortSignal) => Promise<SubgraphResult>,
  ): Flight {
    const flights = this.accounts.get(account) ?? new Map<string, Flight>();
    this.accounts.set(account, flights);
    const known = flights.get(key);
    if (known && known.waiting > 0) return known;
    const abort = new AbortController();
    const result = start(abort.signal).finally(() => {
      if (flights.get(key) === flight) flights.delete(key);
      if (flights.size === 0 && this.accounts.get(account) === flights) this.accounts.delete(account);
    });
    const flight: Flight = { result, abort, asked: 0, waiting: 0 };
    flights.set(key, flight);
    return flight;
  }
}
