import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  type DocumentNode,
  Kind,
  getNamedType,
  isCompositeType,
} from 'graphql';
import { fieldDefinition } from '../../document/field-definition.js';
import { type CostNode, estimatedCost } from './cost.js';
import type { FieldCost, FieldCosts } from './field-costs.js';
import type { InputObjectCost } from './input-costs.js';
import { type Length, type Slicing, violatesOneSlicingArgument, lengthOf } from './list-length.js';

/** The cost tree of an operation, and a violation of `requireOneSlicingArgument`. */
export interface CostTree {
  readonly root: CostNode;
  /** Estimated cost of an operation without variables, which never changes. */
  readonly fixed: number | undefined;
  /** A field that requires exactly one of these slicing arguments and has none or several. */
  readonly missingSlicingArgument:
    { readonly field: string; readonly arguments: readonly string[] } | undefined;
}

/** Builds the cost tree of a validated operation. */
export function costTree(
  {
    document,
    operation,
    schema,
  }: { document: DocumentNode; operation: OperationDefinitionNode; schema: GraphQLSchema },
  costs: FieldCosts,
): CostTree {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  }
  const root: CostNode = { weight: 0, once: 0, children: new Map() };
  const type = schema.getRootType(operation.operation);
  const builder = new TreeBuilder({ schema, costs, fragments, operation });
  if (type) builder.addSet(root, type, operation.selectionSet);
  prune(root);
  const fixed = operation.variableDefinitions?.length ? undefined : estimatedCost(root, {});
  return { root, fixed, missingSlicingArgument: builder.missingSlicingArgument };
}

interface TreeSources {
  readonly schema: GraphQLSchema;
  readonly costs: FieldCosts;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly operation: OperationDefinitionNode;
}

/** Fields whose length is given by the arguments of their parent; empty when the field itself is the list. */
interface Sized {
  readonly fields: readonly string[];
  readonly length: Length;
}

class TreeBuilder {
  missingSlicingArgument: CostTree['missingSlicingArgument'];

  constructor(private readonly sources: TreeSources) {}

  addSet(node: CostNode, type: GraphQLCompositeType, set: SelectionSetNode, sized?: Sized): void {
    for (const selection of set.selections) this.add(node, type, selection, sized);
  }

  private add(node: CostNode, type: GraphQLCompositeType, selection: SelectionNode, sized?: Sized): void {
    if (selection.kind === Kind.FIELD) return this.addField(node, type, selection, sized);
    const { schema, fragments } = this.sources;
    const spread = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
    if (!spread) return;
    const condition = spread.typeCondition ? schema.getType(spread.typeCondition.name.value) : type;
    if (isCompositeType(condition)) this.addSet(node, condition, spread.selectionSet, sized);
  }

  private addField(parent: CostNode, type: GraphQLCompositeType, field: FieldNode, sized?: Sized): void {
    // Introspection fields cost like any other field.
    const definition = fieldDefinition(type, field.name.value);
    if (!definition) return;
    const cost = this.sources.costs.of(type.name, definition);
    const { weight, slicing } = cost;
    const once = argumentCost(cost, field);
    const inputCost = givenCost(cost, field);
    const ownSize = slicing && this.sized(slicing, field, definition.args);
    const length = lengthFrom(sized, field.name.value) ?? ownLength(ownSize);
    const node = merge(parent, field.alias?.value ?? field.name.value, {
      weight,
      once,
      inputCost,
      length,
    });
    const named = getNamedType(definition.type);
    if (field.selectionSet && isCompositeType(named)) this.addSet(node, named, field.selectionSet, ownSize);
  }

  private sized(
    slicing: Slicing,
    field: FieldNode,
    args: readonly { readonly name: string; readonly defaultValue?: unknown }[],
  ): Sized {
    if (violatesOneSlicingArgument({ slicing, field, args }))
      this.missingSlicingArgument ??= { field: field.name.value, arguments: slicing.arguments };
    const length = lengthOf({ slicing, field, operation: this.sources.operation, args });
    return { fields: slicing.sizedFields, length };
  }
}

function argumentCost(cost: FieldCost, field: FieldNode): number {
  if (cost.arguments.size === 0) return 0;
  return (field.arguments ?? []).reduce((sum, { name }) => sum + (cost.arguments.get(name.value) ?? 0), 0);
}

function givenCost(cost: FieldCost, field: FieldNode): InputObjectCost | undefined {
  const costs = (field.arguments ?? []).flatMap(({ name, value }) => cost.inputCost(name.value, value) ?? []);
  if (costs.length === 0) return undefined;
  return (variables) => costs.reduce((sum, cost) => sum + cost(variables), 0);
}

/** Length of the field given by its parent, if any. */
function lengthFrom(sized: Sized | undefined, field: string): Length | undefined {
  return sized?.fields.includes(field) ? sized.length : undefined;
}

/** Length of a list given by its own arguments. */
function ownLength(size: Sized | undefined): Length | undefined {
  return size?.fields.length === 0 ? size.length : undefined;
}

/** Merges fields with the same response key into one node with the higher cost. */
function merge(
  parent: CostNode,
  key: string,
  { weight, once, inputCost, length }: Omit<CostNode, 'children'>,
): CostNode {
  const existing = parent.children.get(key);
  if (!existing) {
    const node: CostNode = { weight, once, inputCost, length, children: new Map() };
    parent.children.set(key, node);
    return node;
  }
  existing.weight = Math.max(existing.weight, weight);
  existing.once = Math.max(existing.once, once);
  // The same response key has the same arguments.
  existing.inputCost ??= inputCost;
  const before = existing.length;
  if (!before) existing.length = length;
  else if (length && length !== before)
    existing.length = (variables) => Math.max(before(variables), length(variables));
  return existing;
}

/** Removes nodes without cost, so that only costly parts of results are visited. */
function prune(node: CostNode): CostNode {
  for (const [key, child] of node.children) {
    prune(child);
    if (child.weight + child.once === 0 && !child.inputCost && child.children.size === 0)
      node.children.delete(key);
  }
  return node;
}
