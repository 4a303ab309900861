import type { DocumentNode, GraphQLError } from 'graphql';
import { holdsScopes } from '../../../access/decision.js';
import type { Actor } from '../../../kernel/actor.js';
import { analyzeDocument } from '../../document/analyze-document.js';
import type { Limits } from './limits.js';
import { coded } from '../../errors/coded-error.js';
import type { LimitRule } from './rule.js';

/** Rejects introspection when it is disabled. */
export const introspectionRule: LimitRule = (document, { introspection }) => {
  if (introspection !== false) return [];
  const [field] = analyzeDocument(document).introspection;
  return field ? [coded('FORBIDDEN', 'Introspection is disabled.', {}, field)] : [];
};

/** Rejects introspection by an actor without the required scope. */
export function introspectionError(
  document: DocumentNode,
  { introspection }: Limits,
  actor: Actor,
): GraphQLError | undefined {
  if (typeof introspection === 'boolean' || holdsScopes(actor, [[introspection.scope]])) return undefined;
  const [field] = analyzeDocument(document).introspection;
  if (!field) return undefined;
  return coded('FORBIDDEN', `Introspection needs the scope ${introspection.scope}.`, {}, field);
}
