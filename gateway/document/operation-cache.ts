import type { DocumentNode } from 'graphql';
import { AttachedValues } from '../../kernel/attached-values.js';

/** Cache by document and operation name; entries live as long as their document. */
export class ByOperation<T> {
  private readonly documents = new AttachedValues<DocumentNode, Map<string, T>>();

  get(document: DocumentNode, operationName: string | null | undefined): T | undefined {
    return this.documents.get(document)?.get(operationName ?? '');
  }

  set(document: DocumentNode, operationName: string | null | undefined, value: T): void {
    const cached = this.documents.get(document);
    if (cached) cached.set(operationName ?? '', value);
    else this.documents.set(document, new Map([[operationName ?? '', value]]));
  }

  delete(document: DocumentNode, operationName: string | null | undefined): void {
    this.documents.get(document)?.delete(operationName ?? '');
  }
}
