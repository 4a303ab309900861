import { type DocumentNode, type GraphQLSchema, getOperationAST } from 'graphql';
import { type CostTree, costTree } from './cost-tree.js';
import { FieldCosts } from './field-costs.js';

/** The cost trees of operations, each built once for as long as its document is kept. */
export class OperationCosts {
  private readonly trees = new WeakMap<DocumentNode, Map<string, CostTree>>();
  private readonly fields: FieldCosts;

  /** `api` is what clients see, `annotated` the same with `@cost` and `@listSize`. */
  constructor(
    private readonly api: GraphQLSchema,
    annotated: GraphQLSchema,
  ) {
    this.fields = new FieldCosts(annotated);
  }

  /** The tree of an operation of a validated document, and whether it was known. */
  tree(
    document: DocumentNode,
    operationName: string | null,
  ): { readonly tree: CostTree; readonly known: boolean } {
    let ofDocument = this.trees.get(document);
    const known = ofDocument?.get(operationName ?? '');
    if (known) return { tree: known, known: true };
    if (!ofDocument) this.trees.set(document, (ofDocument = new Map()));
    const operation = getOperationAST(document, operationName);
    if (!operation) throw new Error('a prepared document has no such operation');
    const tree = costTree({ document, operation, schema: this.api }, this.fields);
    ofDocument.set(operationName ?? '', tree);
    return { tree, known: false };
  }
}
