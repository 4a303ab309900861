import type { GraphQLFormattedError } from 'graphql';
import type { MaybePromise } from '../kernel/maybe-promise.js';
import type { WorkBudget } from '../kernel/fairness/work-turns.js';

/** Correlates the log entries of one client request in all processes. */
export const REQUEST_ID_HEADER = 'x-request-id';

/** Address of the client, as the gateway knows it. Only the gateway may set it: subgraphs read it with a signed actor. */
export const CLIENT_ADDRESS_HEADER = 'x-fleetgraph-client-address';

/** Cursor of an event; the subgraph's response must not be older. */
export const MIN_RESOURCE_VERSION_HEADER = 'x-fleetgraph-min-resource-version';

/** A request to a subgraph in its wire format. */
export interface SubgraphRequest {
  readonly query: string;
  readonly operationName?: string | null | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
}

/**
 * A subgraph's result in its wire format. Without `data` the request failed, or, as an event of a subscription, the stream
 * has ended with these errors.
 */
export interface SubgraphResult {
  data?: Record<string, unknown> | null;
  errors?: readonly GraphQLFormattedError[];
  /** In an event of a subscription: its parent span (`traceparent`, W3C), if that span is traced. */
  trace?: string;
  /** In a subscription: the result is not an event but a bookmark with the position of the stream. */
  bookmark?: { readonly cursor: string; readonly caughtUp: boolean };
}

/** A copy of a value as it would be after a round trip through JSON, without serializing it. */
export function toWire(value: unknown): unknown {
  if (typeof value !== 'object' || value === null)
    return typeof value === 'bigint' ? value.toString() : value;
  if (Array.isArray(value)) return value.map(toWire);
  if (hasToJson(value)) return toWire(value.toJSON());
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    assignWire(copy, key, toWire((value as Record<string, unknown>)[key]));
  }
  return copy;
}

/** As `toWire`, over several turns of the event loop, for large values; a unit of the budget is a value of a list. */
export async function toWireInTurns(value: unknown, budget: WorkBudget): Promise<unknown> {
  if (typeof value !== 'object' || value === null || hasToJson(value)) return toWire(value);
  if (Array.isArray(value)) {
    const copies: unknown[] = [];
    for (const item of value as unknown[]) copies.push(await wireInTurns(item, budget));
    return copies;
  }
  const copy: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) assignWire(copy, key, await wireInTurns(item, budget));
  return copy;
}

/** A primitive needs no promise. */
function wireInTurns(value: unknown, budget: WorkBudget): MaybePromise<unknown> {
  const hasTime = budget.spend(1);
  if (typeof value !== 'object' || value === null) return toWire(value);
  return hasTime ? toWireInTurns(value, budget) : budget.next().then(() => toWireInTurns(value, budget));
}

function assignWire(copy: Record<string, unknown>, key: string, item: unknown): void {
  // Assigning to `__proto__`, which is a valid alias, would set the prototype.
  if (key === '__proto__')
    Object.defineProperty(copy, key, { value: item, enumerable: true, writable: true });
  else copy[key] = item;
}

function hasToJson(value: object): value is { toJSON(): unknown } {
  return 'toJSON' in value && typeof value.toJSON === 'function';
}
