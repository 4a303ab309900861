import { type GraphQLSchema, isAbstractType } from 'graphql';

/** Returns the type names that satisfy a type condition, cached. */
export class TypeConditions {
  private readonly cache = new Map<string, ReadonlySet<string>>();

  constructor(private readonly schema: GraphQLSchema) {}

  /** The condition itself and its implementations or members. */
  names(condition: string): ReadonlySet<string> {
    const names = this.cache.get(condition) ?? this.find(condition);
    this.cache.set(condition, names);
    return names;
  }

  private find(condition: string): Set<string> {
    const names = new Set([condition]);
    const type = this.schema.getType(condition);
    if (!isAbstractType(type)) return names;
    for (const possible of this.schema.getPossibleTypes(type)) names.add(possible.name);
    if ('getInterfaces' in type) {
      for (const implementing of this.schema.getImplementations(type).interfaces)
        names.add(implementing.name);
    }
    return names;
  }
}
