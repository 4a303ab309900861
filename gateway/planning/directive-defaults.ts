import {
  type DirectiveNode,
  type DocumentNode,
  type GraphQLArgument,
  type GraphQLDirective,
  type GraphQLSchema,
  Kind,
  astFromValue,
  isSpecifiedDirective,
  visit,
} from 'graphql';

/**
 * Adds the default values of omitted directive arguments: those of the supergraph apply, but a subgraph that receives the
 * directive may define another default, or none.
 */
export function withDirectiveDefaults(document: DocumentNode, api: GraphQLSchema): DocumentNode {
  const directives = api.getDirectives().filter((directive) => !isSpecifiedDirective(directive));
  const withDefaults = new Map(
    directives.flatMap((directive) =>
      directive.args.some(hasDefault) ? [[directive.name, directive] as const] : [],
    ),
  );
  if (withDefaults.size === 0) return document;
  return visit(document, {
    Directive: (node) => {
      const definition = withDefaults.get(node.name.value);
      return definition && filled(node, definition);
    },
  });
}

function filled(node: DirectiveNode, { args }: GraphQLDirective): DirectiveNode {
  const present = node.arguments ?? [];
  const missing = args.filter(
    (arg) => hasDefault(arg) && !present.some(({ name }) => name.value === arg.name),
  );
  const defaults = missing.flatMap(({ name, type, defaultValue }) => {
    const value = astFromValue(defaultValue, type);
    return value
      ? [{ kind: Kind.ARGUMENT as const, name: { kind: Kind.NAME as const, value: name }, value }]
      : [];
  });
  return { ...node, arguments: [...present, ...defaults] };
}

function hasDefault({ defaultValue }: GraphQLArgument): boolean {
  return defaultValue !== undefined;
}
