import type { GraphQLFormattedError } from 'graphql';

/** A request to a subgraph, as it goes over the wire. */
export interface SubgraphRequest {
  readonly query: string;
  readonly operationName?: string | null | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
}

/**
 * A subgraph's answer, as it comes over the wire. Without `data` the request itself failed, or, as an event of a
 * subscription, the stream has ended with these errors.
 */
export interface SubgraphResult {
  data?: Record<string, unknown> | null;
  errors?: readonly GraphQLFormattedError[];
}

/** A copy of a value as JSON would carry it, without the detour over text. */
export function toWire(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return typeof value === 'bigint' ? value.toString() : value;
  if (Array.isArray(value)) return value.map(toWire);
  if (hasToJson(value)) return toWire(value.toJSON());
  const copy: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const key of Object.keys(value)) copy[key] = toWire((value as Record<string, unknown>)[key]);
  return copy;
}

function hasToJson(value: object): value is { toJSON(): unknown } {
  return 'toJSON' in value && typeof value.toJSON === 'function';
}
