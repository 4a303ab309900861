import {
  type FieldNode,
  type OperationDefinitionNode,
  type ValueNode,
  Kind,
  valueFromASTUntyped,
} from 'graphql';

export type Variables = Readonly<Record<string, unknown>>;

/** Upper bound of the length of a list with these variables. */
export type Length = (variables: Variables) => number;

/** How arguments determine the length of a list. */
export interface Slicing {
  /** Slicing arguments; the largest value counts. */
  readonly arguments: readonly string[];
  /** Length without a slicing argument. */
  readonly assumed: number;
  /** Fields of the returned object that are the list; empty when the field itself is. */
  readonly sizedFields: readonly string[];
  /** Whether exactly one of the arguments must be given. */
  readonly requireOne: boolean;
  /** Number of items of each nested list; 1 for a plain list. */
  readonly inner: number;
}

export interface LengthSources {
  readonly slicing: Slicing;
  readonly field: FieldNode;
  readonly operation: OperationDefinitionNode;
  /** Arguments in the schema. */
  readonly args: readonly { readonly name: string; readonly defaultValue?: unknown }[];
}

/** Reads the largest slicing argument: its literal, its variable or default, else the assumed size. */
export function lengthOf({ slicing, field, operation, args }: LengthSources): Length {
  const values = slicing.arguments.map((path) => {
    const [name = '', ...inner] = path.split('.');
    const value = field.arguments?.find((argument) => argument.name.value === name)?.value;
    const fallback = numberAt(args.find((argument) => argument.name === name)?.defaultValue, inner);
    return inner.length === 0 ? valueOf(value, operation, fallback) : innerValueOf(value, inner, fallback);
  });
  return (variables) => {
    let max: number | undefined;
    for (const value of values) {
      const size = value(variables);
      if (size !== undefined) max = Math.max(max ?? 0, size);
    }
    return slicing.inner * (max ?? slicing.assumed);
  };
}

/** Whether a field with `requireOneSlicingArgument` has none or several of its slicing arguments. */
export function violatesOneSlicingArgument({
  slicing,
  field,
  args,
}: Omit<LengthSources, 'operation'>): boolean {
  if (!slicing.requireOne) return false;
  const named = slicing.arguments.map((path) => path.split('.', 1)[0] ?? '');
  const set = named.filter(
    (name) =>
      field.arguments?.some((argument) => argument.name.value === name) ||
      args.find((argument) => argument.name === name)?.defaultValue !== undefined,
  );
  return set.length !== 1;
}

/** A slicing argument in an input object: `input.first`. */
function innerValueOf(
  value: ValueNode | undefined,
  path: readonly string[],
  fallback: number | undefined,
): (variables: Variables) => number | undefined {
  if (!value) return () => fallback;
  return (variables) => numberAt(valueFromASTUntyped(value, variables), path);
}

function numberAt(value: unknown, path: readonly string[]): number | undefined {
  const found = path.reduce<unknown>((at, name) => (Object(at) as Record<string, unknown>)[name], value);
  return typeof found === 'number' ? found : undefined;
}

function valueOf(
  value: ValueNode | undefined,
  operation: OperationDefinitionNode,
  fallback: number | undefined,
): (variables: Variables) => number | undefined {
  if (value?.kind === Kind.INT) {
    const written = Number(value.value);
    return () => written;
  }
  if (value?.kind !== Kind.VARIABLE) return () => fallback;
  const name = value.name.value;
  const definition = operation.variableDefinitions?.find(({ variable }) => variable.name.value === name);
  const ofVariable =
    definition?.defaultValue?.kind === Kind.INT ? Number(definition.defaultValue.value) : fallback;
  return (variables) => {
    const value = variables[name];
    if (typeof value === 'number') return value;
    return value === undefined ? ofVariable : undefined;
  };
}
