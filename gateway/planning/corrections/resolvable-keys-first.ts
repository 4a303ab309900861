import { type ConstDirectiveNode, type DocumentNode, Kind } from 'graphql';

/**
 * Orders resolvable keys before others: the planner uses the first key of a type whether or not the subgraph
 * resolves it.
 */
export function withResolvableKeysFirst(document: DocumentNode): DocumentNode {
  const definitions = document.definitions.map((definition) => {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.INTERFACE_TYPE_DEFINITION)
      return definition;
    const { directives = [] } = definition;
    const unresolvable = directives.filter(isUnresolvableKey);
    if (unresolvable.length === 0) return definition;
    return {
      ...definition,
      directives: [...directives.filter((directive) => !isUnresolvableKey(directive)), ...unresolvable],
    };
  });
  return { ...document, definitions };
}

function isUnresolvableKey({ name, arguments: args }: ConstDirectiveNode): boolean {
  return (
    name.value === 'join__type' &&
    (args ?? []).some(
      (argument) =>
        argument.name.value === 'resolvable' && argument.value.kind === Kind.BOOLEAN && !argument.value.value,
    )
  );
}
