import { Directive } from 'type-graphql';
import { type Verb, verbs } from '../../../access/decision.js';

/** Decorates a field of the graph: selecting it needs what the verb needs. Gateway and subgraph both enforce it. */
export function Requires(verb: Verb): PropertyDecorator & MethodDecorator {
  return Directive(requiresScopes(verb)) as PropertyDecorator & MethodDecorator;
}

/** The directive of Apollo Federation that says what a verb needs. */
export function requiresScopes(verb: Verb): string {
  return `@requiresScopes(scopes: ${JSON.stringify([verbs[verb]])})`;
}
