import { type DocumentNode, type FieldNode, type GraphQLError, Kind, getOperationAST } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Actor } from '../../../kernel/actor.js';
import { ResponseShape } from '../../execution/shape/response-shape.js';
import type { Supergraph } from '../../supergraph/supergraph.js';
import { AccessRules } from './access-rules.js';
import { type Condition, conditionKey, isMet } from './conditions.js';
import { authorizationErrors } from './authorization-errors.js';
import { filterDocument } from './filter-document.js';
import {
  type RestrictedNode,
  type AccessRequirements,
  collectAccessRequirements,
} from './access-requirements.js';
import { AttachedValues } from '../../../kernel/attached-values.js';

/** An operation reduced to the selections that the actor may read. */
export interface FilteredOperation {
  /** The document without denied selections, which is planned and executed. */
  readonly document: DocumentNode;
  /** Response shape of the whole operation, with null for denied fields. */
  readonly shape: ResponseShape;
  /** Errors for the denied selections. */
  readonly errors: readonly GraphQLError[];
  /** Whether no root field is left. */
  readonly empty: boolean;
}

/** The document that is executed for an actor; `view` is set when the actor may read only a part of the operation. */
interface ExecutedDocument {
  readonly document: DocumentNode;
  readonly view?: FilteredOperation;
}

/** Access requirements of one document, and its filtered operations by unmet conditions. */
interface DocumentRequirements {
  readonly byNode: AccessRequirements;
  readonly conditions: readonly Condition[];
  readonly views: LRUCache<string, FilteredOperation>;
}

/** Maximum number of filtered operations cached per document. */
const MAX_FILTERED = 32;

/**
 * Enforces `@authenticated`, `@requiresScopes` and `@policy`. Denied fields are not fetched from subgraphs and
 * are null in the response, even when they were fetched for another purpose, such as a key.
 */
export class Authorization {
  private readonly documents = new AttachedValues<DocumentNode, DocumentRequirements>();
  private readonly rules: AccessRules | undefined;

  constructor(private readonly supergraph: Supergraph) {
    this.rules = AccessRules.of(supergraph);
  }

  /**
   * The operation without the selections that the actor may not read; undefined when the actor may read all of it. The
   * document must be valid.
   */
  filter(
    document: DocumentNode,
    operationName: string | null | undefined,
    actor: Actor,
  ): FilteredOperation | undefined {
    if (!this.rules) return undefined;
    const requirements = this.requirementsOf(document, this.rules);
    const unmet = unmetConditions(actor, requirements);
    if (unmet.size === 0) return undefined;
    const key = filterKey(operationName, unmet);
    const cached = requirements.views.get(key);
    if (cached) return cached;
    const view = this.build(document, operationName, { byNode: requirements.byNode, unmet });
    if (view) requirements.views.set(key, view);
    return view;
  }

  /** The cached document that is executed for the actor; undefined when it has not been computed yet. */
  find(
    document: DocumentNode,
    operationName: string | null | undefined,
    actor: Actor,
  ): ExecutedDocument | undefined {
    if (!this.rules) return { document };
    const requirements = this.documents.get(document);
    if (!requirements) return undefined;
    const unmet = unmetConditions(actor, requirements);
    if (unmet.size === 0) return { document };
    const view = requirements.views.get(filterKey(operationName, unmet));
    return view && { document: view.document, view };
  }

  private requirementsOf(document: DocumentNode, rules: AccessRules): DocumentRequirements {
    const cached = this.documents.get(document);
    if (cached) return cached;
    const byNode = collectAccessRequirements(document, this.supergraph.api, rules);
    const all = [...byNode.values()].flatMap(({ conditions }) => conditions);
    const conditions = [...new Map(all.map((condition) => [conditionKey(condition), condition])).values()];
    const requirements = {
      byNode,
      conditions,
      views: new LRUCache<string, FilteredOperation>({ max: MAX_FILTERED }),
    };
    this.documents.set(document, requirements);
    return requirements;
  }

  private build(
    document: DocumentNode,
    operationName: string | null | undefined,
    { byNode, unmet }: { readonly byNode: AccessRequirements; readonly unmet: ReadonlySet<string> },
  ): FilteredOperation | undefined {
    const operation = getOperationAST(document, operationName);
    if (!operation) return undefined;
    const denied = new Set<RestrictedNode>();
    for (const [node, { conditions }] of byNode) {
      if (conditions.some((condition) => unmet.has(conditionKey(condition)))) denied.add(node);
    }
    const { api: schema, full, apiConditions: conditions } = this.supergraph;
    const filtered = filterDocument(document, denied);
    const selections = getOperationAST(filtered, operationName)?.selectionSet.selections ?? [];
    const fields = [...denied].filter((node): node is FieldNode => node.kind === Kind.FIELD);
    return {
      document: filtered,
      shape: new ResponseShape({ document, operation, schema, full, conditions, denied: new Set(fields) }),
      errors: authorizationErrors({ document, operation, schema, requirements: byNode, denied }),
      empty: selections.every((node) => node.kind === Kind.FIELD && node.name.value === '__typename'),
    };
  }
}

/** Keys of the conditions that the actor does not meet. */
function unmetConditions(actor: Actor, { conditions }: DocumentRequirements): ReadonlySet<string> {
  return new Set(conditions.filter((condition) => !isMet(condition, actor)).map(conditionKey));
}

function filterKey(operationName: string | null | undefined, unmet: ReadonlySet<string>): string {
  return `${operationName ?? ''}\n${[...unmet].join('\n')}`;
}
