import { Directive } from 'type-graphql';
import { type Verb, verbs } from '../../../access/decision.js';

/** Decorates a field that requires the scopes of the verb. Gateway and subgraph both enforce it. */
export function Requires(verb: Verb): PropertyDecorator & MethodDecorator {
  return Directive(requiresScopes(verb)) as PropertyDecorator & MethodDecorator;
}

/** Apollo Federation's directive with the scopes of a verb. */
export function requiresScopes(verb: Verb): string {
  return `@requiresScopes(scopes: ${JSON.stringify([verbs[verb]])})`;
}
