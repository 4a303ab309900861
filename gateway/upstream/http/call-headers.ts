import { ACTOR_HEADER } from '../../../kernel/actor.js';
import {
  CLIENT_ADDRESS_HEADER,
  MIN_RESOURCE_VERSION_HEADER,
  REQUEST_ID_HEADER,
} from '../../../protocol/wire.js';
import { traceHeaders } from '../../../kernel/tracing/span.js';
import type { ActorHeader } from './actor-header.js';
import type { CallContext } from '../call/call-context.js';

/** Builds the headers of subgraph requests as a flat list of names and values, the format of undici. */
export class SubgraphHeaderBuilder {
  /** Without `actorHeader` no actor is sent. */
  constructor(private readonly actorHeader: ActorHeader | undefined) {}

  /** Synchronous when the signature is cached, which saves a microtask. */
  of(call: CallContext): string[] | Promise<string[]> {
    const signedActor = this.actorHeader?.of(call.actor);
    return signedActor instanceof Promise
      ? signedActor.then((actor) => headers(call, actor))
      : headers(call, signedActor);
  }
}

function headers(
  { requestId, clientAddress, minResourceVersion }: CallContext,
  actor: string | undefined,
): string[] {
  const list = [REQUEST_ID_HEADER, requestId];
  if (actor !== undefined) list.push(ACTOR_HEADER, actor);
  if (clientAddress !== undefined) list.push(CLIENT_ADDRESS_HEADER, clientAddress);
  if (minResourceVersion !== undefined) list.push(MIN_RESOURCE_VERSION_HEADER, minResourceVersion);
  for (const [name, value] of Object.entries(traceHeaders())) list.push(name, value);
  return list;
}
