import {
  type ConstDirectiveNode,
  type GraphQLField,
  type GraphQLSchema,
  defaultFieldResolver,
  isObjectType,
} from 'graphql';
import type { Actor } from '../../../kernel/actor.js';
import type { RequestContext } from '../subgraph.js';

/** Checks which actors may select the fields of a subgraph. */
export interface FieldGuard {
  /** Directive that is added to every mutation in the SDL that has none of the same name. */
  readonly mutations: string;
  /**
   * Returns the check for a field's directives, which throws for an actor without permission; undefined without such
   * directives.
   */
  check(directives: readonly ConstDirectiveNode[]): ((actor: Actor) => void) | undefined;
}

/** Checks the actor before a restricted field is resolved or subscribed to. Changes the schema. */
export function guardFields(schema: GraphQLSchema, guard: FieldGuard): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      const check = guard.check(field.astNode?.directives ?? []);
      if (check) guardField(field, check);
    }
  }
}

function guardField(field: GraphQLField<unknown, RequestContext>, check: (actor: Actor) => void): void {
  const { resolve = defaultFieldResolver, subscribe } = field;
  field.resolve = (source, args, context, info) => {
    check(context.actor);
    return resolve(source, args, context, info);
  };
  if (!subscribe) return;
  field.subscribe = (source, args, context, info) => {
    check(context.actor);
    return subscribe(source, args, context, info);
  };
}
