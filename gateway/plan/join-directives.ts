import { type ConstDirectiveNode, type ConstValueNode, type DocumentNode, Kind } from 'graphql';

/** Whether a directive of a supergraph says which subgraph a field comes from. */
export function isJoinField(directive: ConstDirectiveNode): boolean {
  return directive.name.value === 'join__field';
}

/** The text of an argument: of a string, or the name of an enum's value. */
export function argumentText(directive: ConstDirectiveNode, name: string): string | undefined {
  const value = directive.arguments?.find((argument) => argument.name.value === name)?.value;
  return value?.kind === Kind.STRING || value?.kind === Kind.ENUM ? value.value : undefined;
}

/** The directive with another value of an argument that it has. */
export function mapArgument(
  directive: ConstDirectiveNode,
  name: string,
  value: ConstValueNode,
): ConstDirectiveNode {
  const mapped = directive.arguments?.map((argument) =>
    argument.name.value === name ? { ...argument, value } : argument,
  );
  return { ...directive, arguments: mapped ?? [] };
}

/**
 * Puts the keys by which a subgraph can be asked before those by which it can't: the planner takes the first one of
 * the type, whether or not the subgraph resolves it.
 */
export function withResolvableKeysFirst(document: DocumentNode): DocumentNode {
  const definitions = document.definitions.map((one) => {
    if (one.kind !== Kind.OBJECT_TYPE_DEFINITION && one.kind !== Kind.INTERFACE_TYPE_DEFINITION) return one;
    const { directives = [] } = one;
    const unresolvable = directives.filter(isUnresolvableKey);
    if (unresolvable.length === 0) return one;
    return {
      ...one,
      directives: [...directives.filter((directive) => !isUnresolvableKey(directive)), ...unresolvable],
    };
  });
  return { ...document, definitions };
}

function isUnresolvableKey({ name, arguments: given }: ConstDirectiveNode): boolean {
  return (
    name.value === 'join__type' &&
    (given ?? []).some(
      (argument) =>
        argument.name.value === 'resolvable' && argument.value.kind === Kind.BOOLEAN && !argument.value.value,
    )
  );
}
