import {
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLSchema,
  type ValueNode,
  getNamedType,
  isInputObjectType,
  valueFromASTUntyped,
} from 'graphql';
import type { CostDirectives } from './cost-directives.js';
import type { Variables } from './list-length.js';

/** Cost of a given value with these variables. */
export type InputObjectCost = (variables: Variables) => number;

/** Costs of input objects: the sum of `@cost` of the given fields, for every item of a list. */
export class InputCosts {
  private readonly weightedTypes = new Map<string, boolean>();

  constructor(
    private readonly annotated: GraphQLSchema,
    private readonly directives: CostDirectives,
  ) {}

  /** Undefined when the type has no weights. */
  of(type: GraphQLInputType, value: ValueNode): InputObjectCost | undefined {
    const { name } = getNamedType(type);
    if (!this.hasWeights(name)) return undefined;
    return (variables) => this.cost(name, valueFromASTUntyped(value, variables));
  }

  private cost(type: string, value: unknown): number {
    if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + this.cost(type, item), 0);
    if (typeof value !== 'object' || value === null) return 0;
    let sum = 0;
    for (const field of this.fields(type)) {
      const fieldValue = (value as Readonly<Record<string, unknown>>)[field.name];
      if (fieldValue === undefined) continue;
      sum +=
        (this.directives.weight(field.astNode) ?? 0) + this.cost(getNamedType(field.type).name, fieldValue);
    }
    return sum;
  }

  /** Input types may be recursive. */
  private hasWeights(type: string): boolean {
    const cached = this.weightedTypes.get(type);
    if (cached !== undefined) return cached;
    const visited = new Set([type]);
    const open = [type];
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      for (const field of this.fields(name)) {
        if (this.directives.weight(field.astNode) !== undefined) {
          this.weightedTypes.set(type, true);
          return true;
        }
        const inner = getNamedType(field.type).name;
        if (!visited.has(inner)) open.push(inner);
        visited.add(inner);
      }
    }
    this.weightedTypes.set(type, false);
    return false;
  }

  private fields(name: string): readonly GraphQLInputField[] {
    const type = this.annotated.getType(name);
    return isInputObjectType(type) ? Object.values(type.getFields()) : [];
  }
}
