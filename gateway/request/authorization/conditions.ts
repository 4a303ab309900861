import { type ConstDirectiveNode, type ConstValueNode, type GraphQLSchema, Kind } from 'graphql';
import { holdsScopes } from '../../../access/decision.js';
import type { Actor } from '../../../kernel/actor.js';
import { directiveNames } from '../../supergraph/directive-names.js';

/** An access condition of a field or type. */
export type Condition =
  | { readonly kind: 'authenticated' }
  | {
      readonly kind: 'scopes' | 'policies';
      /** The actor must have all names of at least one of these lists. */
      readonly anyOf: readonly (readonly string[])[];
    };

/** Whether the actor meets the condition. */
export function isMet(condition: Condition, actor: Actor): boolean {
  if (condition.kind === 'authenticated') return !actor.anonymous;
  if (condition.kind === 'scopes') return holdsScopes(actor, condition.anyOf);
  const policies = actor.policies ?? [];
  return condition.anyOf.some((all) => all.every((name) => policies.includes(name)));
}

/** A key that is equal for equal conditions. */
export function conditionKey(condition: Condition): string {
  return condition.kind === 'authenticated'
    ? condition.kind
    : `${condition.kind} ${JSON.stringify(condition.anyOf)}`;
}

/** Reads access conditions from directives. */
export type ReadConditions = (directives: readonly ConstDirectiveNode[] | undefined) => readonly Condition[];

const FEATURES = ['authenticated', 'requiresScopes', 'policy'] as const;
type Feature = (typeof FEATURES)[number];

/**
 * Creates a reader of `@authenticated`, `@requiresScopes` and `@policy` under their names in the supergraph,
 * which `@link` may change. Undefined when the supergraph links none of them.
 */
export function conditionReader(supergraph: GraphQLSchema): ReadConditions | undefined {
  const names = new Map(
    FEATURES.flatMap((feature) =>
      [...directiveNames(supergraph, feature)].map((name) => [name, feature] as const),
    ),
  );
  if (names.size === 0) return undefined;
  return (directives) =>
    (directives ?? []).flatMap((directive) => {
      const feature = names.get(directive.name.value);
      return feature ? [read(feature, directive)] : [];
    });
}

function read(feature: Feature, directive: ConstDirectiveNode): Condition {
  if (feature === 'authenticated') return { kind: 'authenticated' };
  if (feature === 'requiresScopes') return { kind: 'scopes', anyOf: lists(argument(directive, 'scopes')) };
  return { kind: 'policies', anyOf: lists(argument(directive, 'policies')) };
}

function argument(directive: ConstDirectiveNode, name: string): ConstValueNode | undefined {
  return directive.arguments?.find((argument) => argument.name.value === name)?.value;
}

function text(value: ConstValueNode | undefined): string | undefined {
  return value?.kind === Kind.STRING ? value.value : undefined;
}

/** Reads lists of names; a single value is coerced to a list. An empty value is never met. */
function lists(value: ConstValueNode | undefined): readonly (readonly string[])[] {
  return items(value).map((list) => items(list).map((name) => text(name) ?? ''));
}

function items(value: ConstValueNode | undefined): readonly ConstValueNode[] {
  if (value?.kind === Kind.LIST) return value.values;
  return value ? [value] : [];
}
