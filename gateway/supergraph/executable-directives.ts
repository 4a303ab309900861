import {
  type ConstDirectiveNode,
  type ConstValueNode,
  DirectiveLocation,
  type DocumentNode,
  Kind,
} from 'graphql';

const EXECUTABLE = new Set<string>([
  DirectiveLocation.QUERY,
  DirectiveLocation.MUTATION,
  DirectiveLocation.SUBSCRIPTION,
  DirectiveLocation.FIELD,
  DirectiveLocation.FRAGMENT_DEFINITION,
  DirectiveLocation.FRAGMENT_SPREAD,
  DirectiveLocation.INLINE_FRAGMENT,
  DirectiveLocation.VARIABLE_DEFINITION,
]);

/**
 * Exposes executable directives of `@composeDirective` to clients: linked directives count as internal and are hidden from
 * clients. Without the link, the directive is an ordinary one.
 */
export function withExecutableDirectives(document: DocumentNode): DocumentNode {
  const executable = new Set(
    document.definitions.flatMap((definition) =>
      definition.kind === Kind.DIRECTIVE_DEFINITION &&
      definition.locations.some(({ value }) => EXECUTABLE.has(value))
        ? [`@${definition.name.value}`]
        : [],
    ),
  );
  const definitions = document.definitions.map((definition) => {
    if (definition.kind !== Kind.SCHEMA_DEFINITION && definition.kind !== Kind.SCHEMA_EXTENSION)
      return definition;
    const directives = (definition.directives ?? []).filter(
      (directive) => !linksExecutable(directive, executable),
    );
    return { ...definition, directives };
  });
  return { ...document, definitions };
}

/** Whether all imports of a link are executable directives. Links of Apollo's specifications stay. */
function linksExecutable(directive: ConstDirectiveNode, executable: ReadonlySet<string>): boolean {
  if (directive.name.value !== 'link') return false;
  const url = valueOf(directive, 'url');
  const imports = valueOf(directive, 'import');
  if (url?.kind !== Kind.STRING || url.value.startsWith('https://specs.apollo.dev/')) return false;
  if (imports?.kind !== Kind.LIST || imports.values.length === 0) return false;
  return imports.values.every((value) => value.kind === Kind.STRING && executable.has(value.value));
}

function valueOf(directive: ConstDirectiveNode, name: string): ConstValueNode | undefined {
  return directive.arguments?.find((argument) => argument.name.value === name)?.value;
}
