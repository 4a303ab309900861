import {
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredArgument,
  isRequiredInputField,
} from 'graphql';

/** Valid values of scalars, which identify no object. */
const SCALARS: Readonly<Record<string, unknown>> = {
  Boolean: true,
  Float: 1,
  Int: 1,
  JSON: {},
  DateTime: '2026-01-01T00:00:00Z',
};

/** The required arguments of a field with minimal values. */
export function minimalVariables(args: readonly GraphQLArgument[]): Record<string, unknown> {
  return Object.fromEntries(args.filter(isRequiredArgument).map((arg) => [arg.name, valueOf(arg.type)]));
}

function valueOf(type: GraphQLInputType): unknown {
  if (isNonNullType(type)) return valueOf(type.ofType);
  if (isListType(type)) return [valueOf(type.ofType)];
  if (isEnumType(type)) return type.getValues()[0]?.name;
  if (isInputObjectType(type)) return objectOf(Object.values(type.getFields()), type.isOneOf);
  return SCALARS[type.name] ?? 'x';
}

function objectOf(fields: readonly GraphQLInputField[], oneOf: boolean): Record<string, unknown> {
  const included = oneOf ? fields.slice(0, 1) : fields.filter(isRequiredInputField);
  return Object.fromEntries(included.map((field) => [field.name, valueOf(field.type)]));
}
