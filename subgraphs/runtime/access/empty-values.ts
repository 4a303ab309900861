import {
  type GraphQLNamedType,
  type GraphQLOutputType,
  getNamedType,
  getNullableType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { type ConnectionValue, toConnection } from '../graph/connection.type.js';
import type { UserError } from '../graph/user-error.type.js';

export function isConnection({ name }: GraphQLNamedType): boolean {
  return name.endsWith('Connection');
}

/** A list without items, also of those types that add problems to a connection. */
export function emptyConnection(): ConnectionValue<never> & { readonly problems: readonly never[] } {
  const page = { items: [], hasNextPage: false };
  return { ...toConnection<never>(page, { key: () => [], count: () => Promise.resolve(0) }), problems: [] };
}

/** The payload of a mutation that was refused. */
export function emptyPayload(
  type: GraphQLOutputType,
  userErrors: readonly UserError[],
): Readonly<Record<string, unknown>> {
  const payload = getNamedType(type);
  const fields = isObjectType(payload) ? Object.values(payload.getFields()) : [];
  const empty = fields.map(({ name, type }) => [name, isNonNullType(type) && isList(type) ? [] : null]);
  return { ...(Object.fromEntries(empty) as Record<string, unknown>), userErrors };
}

function isList(type: GraphQLOutputType): boolean {
  return isListType(getNullableType(type));
}
