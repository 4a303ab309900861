import { type ConstDirectiveNode, type ConstValueNode, type GraphQLSchema, Kind } from 'graphql';
import { holdsScopes } from '../../../access/decision.js';
import type { Actor } from '../../../kernel/actor.js';
import { directiveNames } from '../../supergraph/directive-names.js';

/** What a field or type asks of whoever reads it. */
export type Condition =
  | { readonly kind: 'authenticated' }
  | {
      readonly kind: 'scopes' | 'policies';
      /** One of these lists must be held whole. */
      readonly anyOf: readonly (readonly string[])[];
    };

/** Whether the actor meets the condition. */
export function isMet(condition: Condition, actor: Actor): boolean {
  if (condition.kind === 'authenticated') return !actor.anonymous;
  if (condition.kind === 'scopes') return holdsScopes(actor, condition.anyOf);
  const held = actor.policies ?? [];
  return condition.anyOf.some((all) => all.every((name) => held.includes(name)));
}

/** The same text for the same condition. */
export function conditionKey(condition: Condition): string {
  return condition.kind === 'authenticated'
    ? condition.kind
    : `${condition.kind} ${JSON.stringify(condition.anyOf)}`;
}

/** Reads the conditions that directives ask for. */
export type ReadConditions = (directives: readonly ConstDirectiveNode[] | undefined) => readonly Condition[];

const FEATURES = ['authenticated', 'requiresScopes', 'policy'] as const;
type Feature = (typeof FEATURES)[number];

/**
 * How a supergraph writes `@authenticated`, `@requiresScopes` and `@policy`: under these names, or those that its
 * links give them. Undefined when it links none of them.
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
  return directive.arguments?.find((one) => one.name.value === name)?.value;
}

function text(value: ConstValueNode | undefined): string | undefined {
  return value?.kind === Kind.STRING ? value.value : undefined;
}

/** Lists of names; what is left out of a list is a list of one, as GraphQL coerces it. Nothing at all nobody meets. */
function lists(value: ConstValueNode | undefined): readonly (readonly string[])[] {
  return items(value).map((list) => items(list).map((name) => text(name) ?? ''));
}

function items(value: ConstValueNode | undefined): readonly ConstValueNode[] {
  if (value?.kind === Kind.LIST) return value.values;
  return value ? [value] : [];
}
