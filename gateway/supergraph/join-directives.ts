import {
  type ConstDirectiveNode,
  type ConstValueNode,
  type DocumentNode,
  Kind,
  OperationTypeNode,
  type SelectionSetNode,
  parse,
} from 'graphql';

/** Whether a directive is `@join__field`. */
export function isJoinField(directive: ConstDirectiveNode): boolean {
  return directive.name.value === 'join__field';
}

/** Creates a `@join__field` directive. */
export function joinField(graph: string, external = false): ConstDirectiveNode {
  const argument = (name: string, value: ConstValueNode) =>
    ({ kind: Kind.ARGUMENT, name: { kind: Kind.NAME, value: name }, value }) as const;
  return {
    kind: Kind.DIRECTIVE,
    name: { kind: Kind.NAME, value: 'join__field' },
    arguments: [
      argument('graph', { kind: Kind.ENUM, value: graph }),
      ...(external ? [argument('external', { kind: Kind.BOOLEAN, value: true })] : []),
    ],
  };
}

/** Graphs named by the directives. */
export function graphsOf(directives: readonly ConstDirectiveNode[]): string[] {
  return directives.flatMap((directive) => argumentText(directive, 'graph') ?? []);
}

/** Value of a string or enum argument. */
export function argumentText(directive: ConstDirectiveNode, name: string): string | undefined {
  const value = directive.arguments?.find((argument) => argument.name.value === name)?.value;
  return value?.kind === Kind.STRING || value?.kind === Kind.ENUM ? value.value : undefined;
}

/** Parses a field set such as `requires` or `key`. */
export function selectionOf(fieldSet: string): SelectionSetNode {
  const [definition] = parse(`{${fieldSet}}`, { noLocation: true }).definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION || definition.operation !== OperationTypeNode.QUERY)
    throw new Error(`not a set of fields: ${fieldSet}`);
  return definition.selectionSet;
}

/** Names of the top-level fields of a field set. */
export function fieldNames(fieldSet: string): string[] {
  return selectionOf(fieldSet).selections.flatMap((selection) =>
    selection.kind === Kind.FIELD ? [selection.name.value] : [],
  );
}

/** Subgraphs' names by the values of `join__Graph`. */
export function graphNames(document: DocumentNode): Map<string, string> {
  const graphs = document.definitions.find(
    (definition) => definition.kind === Kind.ENUM_TYPE_DEFINITION && definition.name.value === 'join__Graph',
  );
  const values = graphs?.kind === Kind.ENUM_TYPE_DEFINITION ? (graphs.values ?? []) : [];
  return new Map(
    values.map(({ name, directives }) => {
      const join = directives?.find((directive) => directive.name.value === 'join__graph');
      return [name.value, (join && argumentText(join, 'name')) ?? name.value] as const;
    }),
  );
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

/** Whether an argument is given and true. */
export function hasTrue(directive: ConstDirectiveNode, name: string): boolean {
  const value = directive.arguments?.find((argument) => argument.name.value === name)?.value;
  return value?.kind === Kind.BOOLEAN && value.value;
}
