import { randomUUID } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { ACTOR_HEADER, type Actor, verifyActor } from '../../../kernel/actor.js';
import { Loaders } from '../../../kernel/loaders.js';
import type { ExecutionContext } from '../subgraph.js';
import {
  CLIENT_ADDRESS_HEADER,
  MIN_RESOURCE_VERSION_HEADER,
  REQUEST_ID_HEADER,
} from '../../../protocol/wire.js';

/** The headers of a gateway's request. Values other than strings are ignored. */
export type CallHeaders = Readonly<Record<string, unknown>>;

/** The actor of a gateway request, and a signal that aborts when the caller disconnects. */
export interface SubgraphCall {
  readonly actor: Actor;
  readonly requestId: string;
  readonly clientAddress: string | undefined;
  readonly signal: AbortSignal;
  readonly minResourceVersion: string | undefined;
}

/** Authenticates requests of gateways, which sign the actor of their client. */
export class CallAuthenticator {
  private readonly actors = new LRUCache<string, Actor>({ max: 10_000, ttl: 30_000 });

  constructor(private readonly actorKey: Uint8Array) {}

  /** The call of these headers; undefined without a valid signature. */
  async read(headers: CallHeaders, signal: AbortSignal): Promise<SubgraphCall | undefined> {
    const actor = await this.actor(textOf(headers[ACTOR_HEADER]) ?? '');
    if (!actor) return undefined;
    return {
      actor,
      requestId: textOf(headers[REQUEST_ID_HEADER]) ?? randomUUID(),
      clientAddress: textOf(headers[CLIENT_ADDRESS_HEADER]),
      minResourceVersion: textOf(headers[MIN_RESOURCE_VERSION_HEADER]),
      signal,
    };
  }

  /** A gateway reuses a signature for a minute; it is verified once every 30 seconds. */
  private async actor(signature: string): Promise<Actor | undefined> {
    const cached = this.actors.get(signature);
    if (cached) return cached;
    const actor = await verifyActor(signature, this.actorKey);
    if (actor) this.actors.set(signature, actor);
    return actor;
  }
}

/** The context of one execution of a call. */
export function contextOf(call: SubgraphCall): ExecutionContext {
  return { ...call, loaders: new Loaders() };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
