import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { type OperationDefinitionNode, print } from 'graphql';

/** An operation as sent to the server. */
export interface Operation {
  readonly query: string;
  readonly operationName: string | undefined;
  /** Whether it declares the variable `after`, so that a subscription can be resumed. */
  readonly takesAfter: boolean;
}

const operations = new WeakMap<object, Operation>();

/** The only operation of a document. Throws `TypeError` if it has none or several. */
export function operationOf<R, V>(document: TypedDocumentNode<R, V>): Operation {
  const cached = operations.get(document);
  if (cached) return cached;
  const definition = theOperation(document);
  const operation = {
    query: print(document),
    operationName: definition.name?.value,
    takesAfter: (definition.variableDefinitions ?? []).some(
      ({ variable }) => variable.name.value === 'after',
    ),
  };
  operations.set(document, operation);
  return operation;
}

function theOperation<R, V>(document: TypedDocumentNode<R, V>): OperationDefinitionNode {
  const found = document.definitions.filter((definition) => definition.kind === 'OperationDefinition');
  const [operation] = found;
  if (!operation || found.length > 1)
    throw new TypeError(`a document needs one operation, this one has ${found.length}`);
  return operation;
}
