import { type DocumentNode, type FieldDefinitionNode, type InterfaceTypeDefinitionNode, Kind } from 'graphql';
import { argumentText, fieldNames, graphsOf, hasTrue, isJoinField, joinField } from './join-directives.js';

/**
 * Marks fields required by an interface object as external. Hive's composition omits this, so the planner would
 * fetch such a field from the subgraph that requires it.
 */
export function withExternalFields(document: DocumentNode): DocumentNode {
  const definitions = document.definitions.map((definition) =>
    definition.kind === Kind.INTERFACE_TYPE_DEFINITION ? ofInterface(definition) : definition,
  );
  return { ...document, definitions };
}

function ofInterface(type: InterfaceTypeDefinitionNode): InterfaceTypeDefinitionNode {
  const joins = (type.directives ?? []).filter(({ name }) => name.value === 'join__type');
  const graphs = [...new Set(graphsOf(joins))];
  const objects = graphsOf(joins.filter((join) => hasTrue(join, 'isInterfaceObject')));
  const required = objects.flatMap((graph) => requiredIn(graph, type).map((name) => ({ graph, name })));
  if (required.length === 0) return type;
  const fields = type.fields?.map((field) => {
    if (field.directives?.some(isJoinField)) return field;
    const external = new Set(
      required.flatMap(({ graph, name }) => (name === field.name.value ? [graph] : [])),
    );
    if (external.size === 0) return field;
    const joinFields = graphs.map((graph) => joinField(graph, external.has(graph)));
    return { ...field, directives: [...(field.directives ?? []), ...joinFields] };
  });
  return { ...type, fields: fields ?? [] };
}

/** Names of the fields that a subgraph requires for some field of the type. */
function requiredIn(graph: string, { fields = [] }: InterfaceTypeDefinitionNode): string[] {
  return fields.flatMap((field: FieldDefinitionNode) =>
    (field.directives ?? []).flatMap((directive) => {
      if (!isJoinField(directive) || argumentText(directive, 'graph') !== graph) return [];
      const requires = argumentText(directive, 'requires');
      return requires === undefined ? [] : fieldNames(requires);
    }),
  );
}
