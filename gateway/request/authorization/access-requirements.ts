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

/** A selection with access requirements. A fragment spread has those of its fragment. */
export type RestrictedNode = FieldNode | InlineFragmentNode | FragmentDefinitionNode;

/** Access requirements by selection; selections without requirements are absent. */
export type AccessRequirements = ReadonlyMap<RestrictedNode, AccessRequirement>;

interface AccessRequirement {
  readonly conditions: readonly Condition[];
  /** Schema coordinate: `Type.field` or `Type`. */
  readonly coordinate: string;
}

/**
 * Collects the access requirements of all selections of a validated document, including aliases and fragments.
 */
export function collectAccessRequirements(
  document: DocumentNode,
  schema: GraphQLSchema,
  rules: AccessRules,
): AccessRequirements {
  const types = new TypeInfo(schema);
  const requirements = new Map<RestrictedNode, AccessRequirement>();
  const guard = (node: RestrictedNode, coordinate: string, conditions: readonly Condition[]) => {
    if (conditions.length > 0) requirements.set(node, { conditions, coordinate });
  };
  const fragment = (node: InlineFragmentNode | FragmentDefinitionNode) => {
    const type = node.typeCondition && schema.getType(node.typeCondition.name.value);
    // An interface has no requirements of its own, only its fields do.
    if (isObjectType(type)) guard(node, type.name, rules.ofType(type));
  };
  visit(
    document,
    visitWithTypeInfo(types, {
      Field: (node) => {
        const parent = types.getParentType();
        if (!parent || node.name.value.startsWith('__')) return;
        const [name, responseKey] = [node.name.value, node.alias?.value ?? node.name.value];
        const conditions = rules.ofField(parent, name);
        // Plans fetch keys under their own names: a field aliased to a key's name could return the key.
        const keyConditions =
          responseKey === name || responseKey.startsWith('__') ? [] : rules.ofField(parent, responseKey);
        guard(node, `${parent.name}.${conditions.length > 0 ? name : responseKey}`, [
          ...conditions,
          ...keyConditions,
        ]);
      },
      InlineFragment: fragment,
      FragmentDefinition: fragment,
    }),
  );
  return requirements;
}
