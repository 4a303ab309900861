import type { DocumentNode } from 'graphql';
import { AttachedValues } from '../../kernel/attached-values.js';

/** Something of each operation of a document, for as long as the document is kept. Without a name it is the only one. */
export class ByOperation<T> {
  private readonly documents = new AttachedValues<DocumentNode, Map<string, T>>();

  get(document: DocumentNode, operationName: string | null | undefined): T | undefined {
    return this.documents.get(document)?.get(operationName ?? '');
  }

  set(document: DocumentNode, operationName: string | null | undefined, value: T): void {
    const known = this.documents.get(document);
    if (known) known.set(operationName ?? '', value);
    else this.documents.set(document, new Map([[operationName ?? '', value]]));
  }

  delete(document: DocumentNode, operationName: string | null | undefined): void {
    this.documents.get(document)?.delete(operationName ?? '');
  }
}
