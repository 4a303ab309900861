import {
  getNamedType,
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLInputObjectType,
  isInputObjectType,
} from 'graphql';

/** Scalars whose values identify an object of an account. */
const REFERENCES: readonly string[] = ['ID', 'EventCursor'];

/** Paths of the arguments that take a reference, e.g. `input.network.vpcId`; list items add no step. */
export function referencePaths(args: readonly (GraphQLArgument | GraphQLInputField)[]): string[] {
  return args.flatMap(({ name, type }) => {
    const named = getNamedType(type);
    if (isInputObjectType(named)) return fieldsOf(named).map((path) => `${name}.${path}`);
    return REFERENCES.includes(named.name) ? [name] : [];
  });
}

function fieldsOf(type: GraphQLInputObjectType): string[] {
  return referencePaths(Object.values(type.getFields()));
}

/** Paths of the values in variables, in the format of `referencePaths`. */
export function pathsOf(variables: unknown, values: ReadonlySet<string>): string[] {
  if (typeof variables === 'string') return values.has(variables) ? [''] : [];
  if (Array.isArray(variables)) return variables.flatMap((item) => pathsOf(item, values));
  if (variables === null || typeof variables !== 'object') return [];
  return Object.entries(variables).flatMap(([name, value]) =>
    pathsOf(value, values).map((path) => (path === '' ? name : `${name}.${path}`)),
  );
}
