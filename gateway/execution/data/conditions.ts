import { Kind, type OperationDefinitionNode } from 'graphql';

/** The value of a variable of `@skip` or `@include` in a request. */
export type ConditionValue = (variables: Readonly<Record<string, unknown>>) => boolean;

/** How a condition's variable is read: as given, or else its default in the operation. */
export function conditionValue(operation: OperationDefinitionNode, name: string): ConditionValue {
  const definition = operation.variableDefinitions?.find(({ variable }) => variable.name.value === name);
  const fallback = definition?.defaultValue?.kind === Kind.BOOLEAN && definition.defaultValue.value;
  return (variables) => {
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    return value === undefined ? fallback : value === true;
  };
}
