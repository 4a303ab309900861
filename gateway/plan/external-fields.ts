import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type InterfaceTypeDefinitionNode,
  Kind,
} from 'graphql';
import { argumentText, hasTrue, isJoinField, selectionOf } from './join-directives.js';

/**
 * Says of fields that a subgraph requires for its interface object that they are external there. Not every composition
 * does: Hive's leaves such a field without a word, as if every subgraph of the interface had it, and it would be asked
 * of the one that requires it.
 */
export function withExternalFields(document: DocumentNode): DocumentNode {
  const definitions = document.definitions.map((one) =>
    one.kind === Kind.INTERFACE_TYPE_DEFINITION ? ofInterface(one) : one,
  );
  return { ...document, definitions };
}

function ofInterface(type: InterfaceTypeDefinitionNode): InterfaceTypeDefinitionNode {
  const joins = (type.directives ?? []).filter(({ name }) => name.value === 'join__type');
  const graphs = [...new Set(joins.flatMap((join) => argumentText(join, 'graph') ?? []))];
  const objects = joins.filter((join) => hasTrue(join, 'isInterfaceObject'));
  const required = objects.flatMap((join) => {
    const graph = argumentText(join, 'graph');
    return graph === undefined ? [] : requiredIn(graph, type).map((name) => ({ graph, name }));
  });
  if (required.length === 0) return type;
  const fields = type.fields?.map((field) => {
    if (field.directives?.some(isJoinField)) return field;
    const external = new Set(
      required.flatMap(({ graph, name }) => (name === field.name.value ? [graph] : [])),
    );
    if (external.size === 0) return field;
    const told = graphs.map((graph) => joinField(graph, external.has(graph)));
    return { ...field, directives: [...(field.directives ?? []), ...told] };
  });
  return { ...type, fields: fields ?? [] };
}

/** Names of the fields that a subgraph requires for some field of the type. */
function requiredIn(graph: string, { fields = [] }: InterfaceTypeDefinitionNode): string[] {
  return fields.flatMap((field: FieldDefinitionNode) =>
    (field.directives ?? []).flatMap((directive) => {
      if (!isJoinField(directive) || argumentText(directive, 'graph') !== graph) return [];
      const requires = argumentText(directive, 'requires');
      const selections = requires === undefined ? [] : selectionOf(requires).selections;
      return selections.flatMap((one) => (one.kind === Kind.FIELD ? [one.name.value] : []));
    }),
  );
}

function joinField(graph: string, external: boolean): ConstDirectiveNode {
  const name = (value: string) => ({ kind: Kind.NAME as const, value });
  return {
    kind: Kind.DIRECTIVE,
    name: name('join__field'),
    arguments: [
      { kind: Kind.ARGUMENT, name: name('graph'), value: { kind: Kind.ENUM, value: graph } },
      ...(external
        ? [
            {
              kind: Kind.ARGUMENT as const,
              name: name('external'),
              value: { kind: Kind.BOOLEAN as const, value: true },
            },
          ]
        : []),
    ],
  };
}
