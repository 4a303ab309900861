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

/** Access requirements of the fields and types of a supergraph. */
export class AccessRules {
  private readonly cache = new Map<string, readonly Condition[]>();

  private constructor(
    private readonly api: GraphQLSchema,
    private readonly full: GraphQLSchema,
    private readonly read: ReadConditions,
  ) {}

  /** The rules of a supergraph; undefined when it has none. `full` is the schema with the directives. */
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

  /** Conditions of selecting a field: those of the field, of its parent type and of its return type. */
  ofField(parent: GraphQLCompositeType, name: string): readonly Condition[] {
    const key = `${parent.name}.${name}`;
    const cached = this.cache.get(key);
    if (cached) return cached;
    const found = distinct([...this.ofType(parent), ...this.named(parent.name, name)]);
    // Cache only fields of the schema, so that the cache is bounded.
    if (found.length > 0 || this.field(parent.name, name)) this.cache.set(key, found);
    return found;
  }

  /**
   * Conditions of a type. An interface has those of all its types: an actor that may not read all of them can
   * select single types by fragments.
   */
  ofType(type: GraphQLNamedType): readonly Condition[] {
    const own = this.read(this.full.getType(type.name)?.astNode?.directives);
    return isInterfaceType(type)
      ? [...own, ...this.implementations(type).flatMap((implementation) => this.ofType(implementation))]
      : own;
  }

  private named(parent: string, name: string): readonly Condition[] {
    const type = this.api.getType(parent);
    const field = this.field(parent, name);
    const own = field ? [...this.read(field.astNode?.directives), ...this.returned(field)] : [];
    if (!isInterfaceType(type)) return own;
    return [
      ...own,
      ...this.implementations(type).flatMap((implementation) => this.named(implementation.name, name)),
    ];
  }

  /**
   * Conditions of an interface's types apply where those are selected, not on a field that returns the
   * interface.
   */
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
