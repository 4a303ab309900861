import { type ConstDirectiveNode, type ConstValueNode, type GraphQLSchema, Kind } from 'graphql';

const SPECS = 'https://specs.apollo.dev/';

/**
 * Names of a federation directive in a supergraph: `@link` may rename the feature (`as`) or the directive
 * (`import`). Empty when the supergraph neither links the feature nor defines the directive.
 */
export function directiveNames(
  supergraph: GraphQLSchema,
  feature: string,
  directive = feature,
): ReadonlySet<string> {
  const nodes = [supergraph.astNode, ...supergraph.extensionASTNodes];
  const links = nodes.flatMap((node) => node?.directives ?? []).filter(({ name }) => name.value === 'link');
  const ofFeature = links.filter((link) => text(argument(link, 'url'))?.startsWith(`${SPECS}${feature}/`));
  const defined = supergraph.getDirective(directive) ? [directive] : [];
  return new Set([...defined, ...ofFeature.flatMap((link) => namesOf(link, feature, directive))]);
}

/** All names that the link may define; extra ones are harmless because no other directive can have them. */
function namesOf(link: ConstDirectiveNode, feature: string, directive: string): string[] {
  const namespace = text(argument(link, 'as')) ?? feature;
  const names = directive === feature ? [namespace] : [];
  return [...names, `${namespace}__${directive}`, ...imported(link, directive)];
}

function imported(link: ConstDirectiveNode, directive: string): string[] {
  const list = argument(link, 'import');
  if (list?.kind !== Kind.LIST) return [];
  return list.values.flatMap((value) => {
    const name = text(value) ?? text(property(value, 'name'));
    if (name !== `@${directive}`) return [];
    return [(text(property(value, 'as')) ?? name).replace(/^@/, '')];
  });
}

function argument(directive: ConstDirectiveNode, name: string): ConstValueNode | undefined {
  return directive.arguments?.find((argument) => argument.name.value === name)?.value;
}

function property(value: ConstValueNode, name: string): ConstValueNode | undefined {
  if (value.kind !== Kind.OBJECT) return undefined;
  return value.fields.find((field) => field.name.value === name)?.value;
}

function text(value: ConstValueNode | undefined): string | undefined {
  return value?.kind === Kind.STRING ? value.value : undefined;
}
