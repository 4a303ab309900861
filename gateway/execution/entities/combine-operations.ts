import {
  type DefinitionNode,
  type DocumentNode,
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type VariableDefinitionNode,
  parse,
  print,
  stripIgnoredCharacters,
  visit,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { RequestTemplate } from '../../upstream/call/serialized-request.js';
import type { EntityOperation } from './entity-operation.js';

const REPRESENTATIONS = 'representations';

/** Name of the variable and the response field of the operation at an index. */
export const entitiesName = (index: number): string => `entities${index}`;

/** Combines entity operations for one subgraph into one operation, cached by combination. */
export class CombinedOperations {
  private readonly templates = new LRUCache<string, { readonly template: RequestTemplate | undefined }>({
    max: 500,
    maxSize: 1024 * 1024,
    sizeCalculation: (_, key) => key.length + 1,
  });

  /** Undefined when two operations define the same name differently, or an operation has directives. */
  combine(operations: readonly EntityOperation[]): RequestTemplate | undefined {
    const key = operations.map(({ template }) => template.query).join('\n');
    const cached = this.templates.get(key);
    if (cached) return cached.template;
    const template = build(operations);
    this.templates.set(key, { template });
    return template;
  }
}

function build(operations: readonly EntityOperation[]): RequestTemplate | undefined {
  const parts = new Parts();
  for (const [index, { template }] of operations.entries()) {
    const document = renamed(parse(template.query, { noLocation: true }), entitiesName(index));
    for (const definition of document.definitions) if (!parts.add(definition, index)) return undefined;
  }
  return new RequestTemplate(stripIgnoredCharacters(print(parts.document())));
}

/** Variables, fragments and fields of the combined operation. */
class Parts {
  private readonly variables = new Map<string, VariableDefinitionNode>();
  private readonly fragments = new Map<string, DefinitionNode>();
  private readonly fields: FieldNode[] = [];

  /** Adds a definition of the operation at the index; returns false on a conflict. */
  add(definition: DefinitionNode, index: number): boolean {
    if (definition.kind === Kind.FRAGMENT_DEFINITION)
      return addSame(this.fragments, definition.name.value, definition);
    if (definition.kind !== Kind.OPERATION_DEFINITION || definition.directives?.length) return false;
    this.fields.push(...fieldsOf(definition, index));
    return (definition.variableDefinitions ?? []).every((variable) =>
      addSame(this.variables, variable.variable.name.value, variable),
    );
  }

  document(): DocumentNode {
    const operation: OperationDefinitionNode = {
      kind: Kind.OPERATION_DEFINITION,
      operation: OperationTypeNode.QUERY,
      variableDefinitions: [...this.variables.values()],
      selectionSet: { kind: Kind.SELECTION_SET, selections: this.fields },
    };
    return { kind: Kind.DOCUMENT, definitions: [operation, ...this.fragments.values()] };
  }
}

/** Returns false when the map already has a different definition of the name. */
function addSame<T extends DefinitionNode | VariableDefinitionNode>(
  byName: Map<string, T>,
  name: string,
  node: T,
): boolean {
  const before = byName.get(name);
  if (before) return print(before) === print(node);
  byName.set(name, node);
  return true;
}

function renamed(document: DocumentNode, representations: string): DocumentNode {
  return visit(document, {
    Variable: (node) =>
      node.name.value === REPRESENTATIONS
        ? { ...node, name: { ...node.name, value: representations } }
        : undefined,
  });
}

function fieldsOf({ selectionSet }: OperationDefinitionNode, index: number): FieldNode[] {
  return selectionSet.selections.flatMap((selection) =>
    selection.kind === Kind.FIELD
      ? [{ ...selection, alias: { kind: Kind.NAME, value: entitiesName(index) } }]
      : [],
  );
}
