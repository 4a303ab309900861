import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  type InlineFragmentNode,
  TypeInfo,
  isObjectType,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { AccessRules } from './access-rules.js';
import type { Condition } from './conditions.js';

/** A selection that asks something of whoever makes it. A spread asks what its fragment does. */
export type RestrictedNode = FieldNode | InlineFragmentNode | FragmentDefinitionNode;

/** What the selections of a document ask; those that ask nothing are left out. */
export type AccessRequirements = ReadonlyMap<RestrictedNode, AccessRequirement>;

export interface AccessRequirement {
  readonly conditions: readonly Condition[];
  /** What is asked for, as `Type.field` or `Type`. */
  readonly coordinate: string;
}

/** Looks up what every selection of a validated document asks, under whatever alias or fragment it stands. */
export function collectAccessRequirements(
  document: DocumentNode,
  schema: GraphQLSchema,
  rules: AccessRules,
): AccessRequirements {
  const types = new TypeInfo(schema);
  const guards = new Map<RestrictedNode, AccessRequirement>();
  const guard = (node: RestrictedNode, coordinate: string, conditions: readonly Condition[]) => {
    if (conditions.length > 0) guards.set(node, { conditions, coordinate });
  };
  const fragment = (node: InlineFragmentNode | FragmentDefinitionNode) => {
    const type = node.typeCondition && schema.getType(node.typeCondition.name.value);
    // An interface is no type of its own: its fields ask.
    if (isObjectType(type)) guard(node, type.name, rules.ofType(type));
  };
  visit(
    document,
    visitWithTypeInfo(types, {
      Field: (node) => {
        const parent = types.getParentType();
        if (!parent || node.name.value.startsWith('__')) return;
        const [name, shown] = [node.name.value, node.alias?.value ?? node.name.value];
        const own = rules.ofField(parent, name);
        // Plans fetch keys under their own names: another field that takes such a name might be answered with the key.
        const taken = shown === name || shown.startsWith('__') ? [] : rules.ofField(parent, shown);
        guard(node, `${parent.name}.${own.length > 0 ? name : shown}`, [...own, ...taken]);
      },
      InlineFragment: fragment,
      FragmentDefinition: fragment,
    }),
  );
  return guards;
}
