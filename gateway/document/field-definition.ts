import {
  type GraphQLCompositeType,
  type GraphQLField,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  isUnionType,
} from 'graphql';

/** The definition of a field, including introspection fields; undefined for `__typename`. */
export function fieldDefinition(
  type: GraphQLCompositeType,
  name: string,
): GraphQLField<unknown, unknown> | undefined {
  if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
  if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
  return isUnionType(type) ? undefined : type.getFields()[name];
}
