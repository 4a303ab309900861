import { type DocumentNode, type FieldNode, type GraphQLError, Kind, visit } from 'graphql';
import type { Actor } from '../../kernel/actor.js';
import type { Limits } from './limits.js';
import { type LimitRule, coded } from './rule.js';

/** Refuses reading the schema where that is switched off, wherever in the document it is asked for. */
export const introspectionRule: LimitRule = (document, { introspection }) => {
  if (introspection !== false) return [];
  const field = introspectionOf(document);
  return field ? [coded('FORBIDDEN', 'Introspection is switched off.', {}, field)] : [];
};

/** Documents that may be executed, and where they read the schema, if they do. */
const known = new WeakMap<DocumentNode, FieldNode | false>();

/** Refuses a valid document that reads the schema to an actor without the scope that this needs. */
export function introspectionRefusal(
  document: DocumentNode,
  { introspection }: Limits,
  actor: Actor,
): GraphQLError | undefined {
  if (typeof introspection === 'boolean' || actor.scopes?.includes(introspection.scope)) return undefined;
  const field = known.get(document) ?? introspectionOf(document) ?? false;
  known.set(document, field);
  if (field === false) return undefined;
  return coded('FORBIDDEN', `Introspection needs the scope ${introspection.scope}.`, {}, field);
}

function introspectionOf(document: DocumentNode): FieldNode | undefined {
  const found: FieldNode[] = [];
  visit(document, {
    [Kind.FIELD]: (node) => {
      if (node.name.value === '__schema' || node.name.value === '__type') found.push(node);
    },
  });
  return found[0];
}
