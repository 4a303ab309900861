import { type FieldNode, type OperationDefinitionNode, type ValueNode, Kind } from 'graphql';
import type { Slicing } from './field-costs.js';

export type Variables = Readonly<Record<string, unknown>>;

/** How long a list will be at the most, with these variables. */
export type Length = (variables: Variables) => number;

export interface LengthSources {
  readonly slicing: Slicing;
  readonly field: FieldNode;
  readonly operation: OperationDefinitionNode;
  /** The arguments that the schema knows. */
  readonly args: readonly { readonly name: string; readonly defaultValue?: unknown }[];
}

/** The largest of the slicing arguments: as written, else its variable's or its own default, else the assumed size. */
export function lengthOf({ slicing, field, operation, args }: LengthSources): Length {
  const given = slicing.arguments.map((name) => {
    const value = field.arguments?.find((argument) => argument.name.value === name)?.value;
    const fallback = args.find((argument) => argument.name === name)?.defaultValue;
    return valueOf(value, operation, typeof fallback === 'number' ? fallback : undefined);
  });
  return (variables) => {
    const sizes = given.flatMap((value) => value(variables) ?? []);
    return sizes.length > 0 ? Math.max(0, ...sizes) : slicing.assumed;
  };
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
    const given = variables[name];
    if (typeof given === 'number') return given;
    return given === undefined ? ofVariable : undefined;
  };
}
