import {
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
  isUnionType,
} from 'graphql';

/** Arguments of fields as GraphQL text, by `Type.field`; other fields are selected without arguments. */
export type FieldArguments = Readonly<Record<string, string>>;

/** Fields with required arguments, as `Type.field`. */
export function fieldsWithRequiredArguments(schema: GraphQLSchema, except: readonly string[] = []): string[] {
  return Object.values(schema.getTypeMap()).flatMap((type) =>
    isObjectType(type) && !except.includes(type.name) && !type.name.startsWith('__')
      ? fieldsOf(type)
          .filter(({ args }) => args.some(isRequiredArgument))
          .map(({ name }) => `${type.name}.${name}`)
      : [],
  );
}

/**
 * Queries that together select every field of every object type that Query reaches: one for each type, by the shortest path to
 * it. Each selects the fields of the type and the leaf fields of the objects in them.
 */
export function queriesOfEveryField(
  schema: GraphQLSchema,
  fieldArguments: FieldArguments,
): Map<string, string> {
  const walk = new Walk(schema, fieldArguments);
  const query = schema.getQueryType();
  const queries = new Map<string, string>();
  for (const [type, around] of walk.ways())
    // Each field of Query has its own query, so that one that fails does not hide another.
    queries.set(type.name, type === query ? '{ __typename }' : around(walk.fields(type)));
  for (const field of query ? fieldsOf(query) : [])
    queries.set(`Query.${field.name}`, `{ ${walk.field('Query', field)} }`);
  return queries;
}

/** The types that Query reaches, with a function that wraps a selection in the shortest path to the type. */
export function waysToTypes(
  schema: GraphQLSchema,
  fieldArguments: FieldArguments,
): Map<GraphQLNamedType, (selection: string) => string> {
  return new Walk(schema, fieldArguments).ways();
}

/** A query for every field of every object type that Query reaches, by `Type.field`, each by the shortest path. */
export function queriesOfEachField(
  schema: GraphQLSchema,
  fieldArguments: FieldArguments,
): Map<string, string> {
  const walk = new Walk(schema, fieldArguments);
  const queries = new Map<string, string>();
  for (const [type, around] of walk.ways())
    for (const field of fieldsOf(type))
      queries.set(`${type.name}.${field.name}`, around(walk.field(type.name, field)));
  return queries;
}

/** Selects every field of a type, and the leaf fields of the objects in them. */
export function everyFieldOf(
  schema: GraphQLSchema,
  type: GraphQLNamedType,
  fieldArguments: FieldArguments,
): string {
  return new Walk(schema, fieldArguments).fields(type);
}

class Walk {
  constructor(
    private readonly schema: GraphQLSchema,
    private readonly fieldArguments: FieldArguments,
  ) {}

  /** The types that Query reaches, with a function that wraps a selection in the shortest path to the type. */
  ways(): Map<GraphQLNamedType, (selection: string) => string> {
    const found = new Map<GraphQLNamedType, (selection: string) => string>();
    const query = this.schema.getQueryType();
    const queue: { type: GraphQLNamedType; around: (selection: string) => string }[] = [];
    if (query) queue.push({ type: query, around: (selection) => `{ ${selection} }` });
    for (let next = queue.shift(); next; next = queue.shift()) {
      const { type, around } = next;
      if (found.has(type)) continue;
      found.set(type, around);
      for (const { type: inner, open } of this.below(type))
        queue.push({ type: inner, around: (selection) => around(open(selection)) });
    }
    return found;
  }

  fields(type: GraphQLNamedType): string {
    const own = fieldsOf(type).map((field) => this.field(type.name, field));
    return ['__typename', ...own, ...this.ofPossibleTypes(type)].join(' ');
  }

  field(owner: string, { name, type }: GraphQLField<unknown, unknown>): string {
    const named = getNamedType(type);
    const called = `${alias(owner, name)}: ${name}${this.arguments(owner, name)}`;
    return isCompositeType(named) ? `${called} { ${this.leaves(named)} }` : called;
  }

  below(type: GraphQLNamedType): { type: GraphQLNamedType; open: (selection: string) => string }[] {
    const inside = fieldsOf(type).flatMap(({ name, type: fieldType }) => {
      const named = getNamedType(fieldType);
      if (!isCompositeType(named)) return [];
      const open = (selection: string) =>
        `${alias(type.name, name)}: ${name}${this.arguments(type.name, name)} { ${selection} }`;
      return [{ type: named, open }];
    });
    const possible = this.possibleTypes(type).map((objectType) => ({
      type: objectType,
      open: (selection: string) => `... on ${objectType.name} { ${selection} }`,
    }));
    return [...inside, ...possible];
  }

  private leaves(type: GraphQLNamedType): string {
    const own = fieldsOf(type).filter((field) => isLeafType(getNamedType(field.type)));
    return ['__typename', ...own.map((field) => this.field(type.name, field))].join(' ');
  }

  private ofPossibleTypes(type: GraphQLNamedType): string[] {
    return this.possibleTypes(type).map(
      (objectType) => `... on ${objectType.name} { ${this.leaves(objectType)} }`,
    );
  }

  private possibleTypes(type: GraphQLNamedType) {
    return isInterfaceType(type) || isUnionType(type) ? this.schema.getPossibleTypes(type) : [];
  }

  private arguments(owner: string, field: string): string {
    const argumentText = this.fieldArguments[`${owner}.${field}`];
    return argumentText === undefined ? '' : `(${argumentText})`;
  }
}

/** Fields of the same name may have different types in the implementations of an interface. */
const alias = (owner: string, field: string) => `${owner}_${field}`;

function fieldsOf(type: GraphQLNamedType): GraphQLField<unknown, unknown>[] {
  return isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : [];
}
