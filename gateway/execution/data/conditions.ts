import { Kind, type OperationDefinitionNode } from 'graphql';

/** Reads a variable of `@skip` or `@include`. */
export type ConditionValue = (variables: Readonly<Record<string, unknown>>) => boolean;

/** Creates a reader of a condition's variable or its default. */
export function conditionValue(operation: OperationDefinitionNode, name: string): ConditionValue {
  const definition = operation.variableDefinitions?.find(({ variable }) => variable.name.value === name);
  const fallback = definition?.defaultValue?.kind === Kind.BOOLEAN && definition.defaultValue.value;
  return (variables) => {
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    return value === undefined ? fallback : value === true;
  };
}
