import type { DocumentNode, GraphQLError } from 'graphql';
import { holdsScopes } from '../../../access/decision.js';
import type { Actor } from '../../../kernel/actor.js';
import { analyzeDocument } from '../../document/analyze-document.js';
import type { Limits } from './limits.js';
import { coded } from '../../errors/coded-error.js';
import type { LimitRule } from './rule.js';

/** Refuses reading the schema where that is switched off, wherever in the document it is asked for. */
export const introspectionRule: LimitRule = (document, { introspection }) => {
  if (introspection !== false) return [];
  const [field] = analyzeDocument(document).introspection;
  return field ? [coded('FORBIDDEN', 'Introspection is switched off.', {}, field)] : [];
};

/** Refuses a valid document that reads the schema to an actor without the scope that this needs. */
export function introspectionRefusal(
  document: DocumentNode,
  { introspection }: Limits,
  actor: Actor,
): GraphQLError | undefined {
  if (typeof introspection === 'boolean' || holdsScopes(actor, [[introspection.scope]])) return undefined;
  const [field] = analyzeDocument(document).introspection;
  if (!field) return undefined;
  return coded('FORBIDDEN', `Introspection needs the scope ${introspection.scope}.`, {}, field);
}
