import { createHash } from 'node:crypto';
import { type DocumentNode, Kind, print, separateOperations } from 'graphql';
import { AttachedValues } from '../../kernel/attached-values.js';

const digests = new AttachedValues<DocumentNode, ReadonlyMap<string, string>>();

/**
 * A key that is equal for equal operations, independent of formatting, operation name and other definitions of
 * the document. The document must be valid and contain the operation.
 */
export function operationKey(document: DocumentNode, operationName: string | null | undefined): string {
  const keys = digests.get(document) ?? keysOf(document);
  digests.set(document, keys);
  // Without a name the document has only one operation.
  return keys.get(operationName ?? '') ?? [...keys.values()].join('\n');
}

function keysOf(document: DocumentNode): ReadonlyMap<string, string> {
  const separate = Object.entries(separateOperations(document));
  return new Map(separate.map(([name, definition]) => [name, digest(definition)]));
}

function digest({ definitions }: DocumentNode): string {
  const texts = definitions.map((definition) =>
    print(definition.kind === Kind.OPERATION_DEFINITION ? { ...definition, name: undefined } : definition),
  );
  return createHash('sha256').update(texts.sort().join('\n')).digest('base64url');
}
