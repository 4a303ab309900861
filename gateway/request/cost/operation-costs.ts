import { type DocumentNode, type GraphQLSchema, getOperationAST } from 'graphql';
import { ByOperation } from '../../document/operation-cache.js';
import { type CostTree, costTree } from './cost-tree.js';
import { FieldCosts } from './field-costs.js';

/** Cost trees by operation, cached as long as the document. */
export class OperationCosts {
  private readonly trees = new ByOperation<CostTree>();
  private readonly fields: FieldCosts;

  /** `api` is the API schema, `annotated` the same with `@cost` and `@listSize`. */
  constructor(
    private readonly api: GraphQLSchema,
    annotated: GraphQLSchema,
  ) {
    this.fields = new FieldCosts(annotated);
  }

  /** The cost tree of an operation of a validated document, and whether it was cached. */
  tree(
    document: DocumentNode,
    operationName: string | null,
  ): { readonly tree: CostTree; readonly cached: boolean } {
    const existing = this.trees.get(document, operationName);
    if (existing) return { tree: existing, cached: true };
    const operation = getOperationAST(document, operationName);
    if (!operation) throw new Error('a prepared document has no such operation');
    const tree = costTree({ document, operation, schema: this.api }, this.fields);
    this.trees.set(document, operationName, tree);
    return { tree, cached: false };
  }
}
