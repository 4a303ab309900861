import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  executeSync,
  visit,
} from 'graphql';
import type { Complete } from './shape-run.js';

/** Resolves `__schema` and `__type` from the API schema. */
export function compileIntrospection(
  schema: GraphQLSchema,
  nodes: readonly FieldNode[],
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): Complete {
  const used = usedVariables([...nodes, ...fragments.values()]);
  const document = {
    kind: Kind.DOCUMENT as const,
    definitions: [
      {
        kind: Kind.OPERATION_DEFINITION as const,
        operation: OperationTypeNode.QUERY,
        variableDefinitions: (operation.variableDefinitions ?? []).filter((variableDefinition) =>
          used.has(variableDefinition.variable.name.value),
        ),
        selectionSet: { kind: Kind.SELECTION_SET as const, selections: nodes },
      },
      ...fragments.values(),
    ],
  };
  const [first] = nodes;
  const name = first?.alias?.value ?? first?.name.value ?? '';
  return (_value, _depth, { variables, errors, size }) => {
    const result = executeSync({ schema, document, rootValue: {}, variableValues: variables });
    errors.push(...(result.errors ?? []));
    const value = result.data?.[name] ?? null;
    size.addValue(value);
    return value;
  };
}

function usedVariables(nodes: readonly (FieldNode | FragmentDefinitionNode)[]): Set<string> {
  const used = new Set<string>();
  for (const node of nodes) visit(node, { Variable: ({ name }) => void used.add(name.value) });
  return used;
}
