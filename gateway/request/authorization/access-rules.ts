import {
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isObjectType,
} from 'graphql';
import { type Condition, type ReadConditions, conditionKey, conditionReader } from './conditions.js';

/** What the fields and types of a supergraph ask of whoever reads them. */
export class AccessRules {
  private readonly known = new Map<string, readonly Condition[]>();

  private constructor(
    private readonly api: GraphQLSchema,
    private readonly full: GraphQLSchema,
    private readonly read: ReadConditions,
  ) {}

  /** The rules of a supergraph; undefined when it has none. `api` is what clients see, `full` has the directives. */
  static of({
    api,
    full,
  }: {
    readonly api: GraphQLSchema;
    readonly full: GraphQLSchema;
  }): AccessRules | undefined {
    const read = conditionReader(full);
    return read && new AccessRules(api, full, read);
  }

  /** What selecting a field on a type asks: what field, type and the field's own type ask. */
  ofField(parent: GraphQLCompositeType, name: string): readonly Condition[] {
    const key = `${parent.name}.${name}`;
    const known = this.known.get(key);
    if (known) return known;
    const found = distinct([...this.ofType(parent), ...this.named(parent.name, name)]);
    // No more than the schema has fields; names it has not are no fields of it.
    if (found.length > 0 || this.field(parent.name, name)) this.known.set(key, found);
    return found;
  }

  /**
   * What a type asks. An interface asks what each of its types does: who may not read them all reads those of their
   * own by fragments.
   */
  ofType(type: GraphQLNamedType): readonly Condition[] {
    const own = this.read(this.full.getType(type.name)?.astNode?.directives);
    return isInterfaceType(type)
      ? [...own, ...this.implementations(type).flatMap((one) => this.ofType(one))]
      : own;
  }

  private named(parent: string, name: string): readonly Condition[] {
    const type = this.api.getType(parent);
    const field = this.field(parent, name);
    const own = field ? [...this.read(field.astNode?.directives), ...this.returned(field)] : [];
    if (!isInterfaceType(type)) return own;
    return [...own, ...this.implementations(type).flatMap((one) => this.named(one.name, name))];
  }

  /** An interface's types are asked for where they are selected; a field that may answer any of them asks nothing. */
  private returned(field: GraphQLField<unknown, unknown>): readonly Condition[] {
    return this.read(getNamedType(field.type).astNode?.directives);
  }

  private implementations(type: GraphQLNamedType) {
    return isInterfaceType(type) ? this.api.getPossibleTypes(type) : [];
  }

  private field(parent: string, name: string): GraphQLField<unknown, unknown> | undefined {
    const type = this.full.getType(parent);
    return isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;
  }
}

function distinct(conditions: readonly Condition[]): readonly Condition[] {
  return [...new Map(conditions.map((condition) => [conditionKey(condition), condition])).values()];
}
