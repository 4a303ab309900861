import {
  type DocumentNode,
  type GraphQLError,
  GraphQLError as CodedError,
  OperationTypeNode,
  getVariableValues,
} from 'graphql';
import type { Actor } from '../../kernel/actor.js';
import { Authorization, type FilteredOperation } from './authorization/authorization.js';
import { introspectionError } from './limits/introspection.js';
import type { Limits } from './limits/limits.js';
import { checkPageSizes } from './limits/page-size.js';
import { checkVariableLimits } from './limits/variables.js';
import { Documents, type InvalidDocument } from './documents/documents.js';
import { Operations, type PlannedOperation } from '../planning/operations.js';
import { withLocations } from './documents/parse-document.js';
import type { PlannableSupergraph } from '../planning/plannable-supergraph.js';
import type { SubgraphSource } from '../upstream/call/subgraph-source.js';

/** Parameters of a GraphQL request, from any transport. */
export interface GraphRequest {
  readonly query: string;
  readonly operationName?: string | null | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
  /** Cursor of an event that the response must not be older than. For queries and mutations. */
  readonly minResourceVersion?: string | undefined;
}

/** A validated and planned request. */
export interface PreparedRequest {
  /** The document as sent; `view` may reduce what is executed. */
  readonly document: DocumentNode;
  readonly operation: PlannedOperation;
  readonly request: GraphRequest;
  readonly sources: ReadonlyMap<string, SubgraphSource>;
  /** The part of the operation that the actor may read; undefined when the actor may read all of it. */
  readonly view?: FilteredOperation | undefined;
}

/** The errors and HTTP status of an invalid request. */
export interface RejectedRequest {
  readonly errors: readonly GraphQLError[];
  readonly status: number;
}

/** Parses, validates, authorizes and plans requests of every transport. */
export class RequestPreparer {
  private readonly documents: Documents;
  private readonly operations: Operations;
  private readonly authorization: Authorization;

  constructor(
    private readonly supergraph: PlannableSupergraph,
    private readonly limits: Limits,
    /** The sources on which the prepared requests are executed. */
    private readonly sources: ReadonlyMap<string, SubgraphSource>,
  ) {
    this.documents = new Documents(supergraph.api, limits);
    this.operations = new Operations(supergraph);
    this.authorization = new Authorization(supergraph);
  }

  /**
   * Prepares a request from the caches of documents, filtered operations and plans. Undefined when one of them has no
   * entry for the operation.
   */
  prepareCached(request: GraphRequest, actor: Actor): PreparedRequest | RejectedRequest | undefined {
    const { query, operationName } = request;
    const checked = this.documents.find(query);
    if (!checked) return undefined;
    if ('errors' in checked) return invalidDocument(checked);
    const { document } = checked;
    const executed = this.authorization.find(document, operationName, actor);
    const operation = executed && this.operations.find(executed.document, operationName);
    if (!operation) return undefined;
    return (
      this.rejectIntrospection(document, actor) ??
      this.withVariables({ document, operation, view: executed.view, request })
    );
  }

  /**
   * Plans the operation on the planning thread, so that `prepare` finds the plan in the cache. Undefined when nothing needs
   * planning, which is the common case.
   */
  ahead({ query, operationName }: GraphRequest, actor: Actor): Promise<void> | undefined {
    if (!this.supergraph.planAhead) return undefined;
    // Only valid documents are planned: the planner may not terminate on invalid ones.
    const checked = this.documents.check(query);
    if ('errors' in checked) return undefined;
    const view = this.authorization.filter(checked.document, operationName, actor);
    return view
      ? this.operations.ahead(view.document, operationName)
      : this.operations.ahead(checked.document, operationName, query);
  }

  /** Prepares a request; parses, validates and plans the operation unless the result is cached. */
  prepare(request: GraphRequest, actor: Actor): PreparedRequest | RejectedRequest {
    const { query, operationName } = request;
    const checked = this.documents.check(query);
    if ('errors' in checked) return invalidDocument(checked);
    const { document } = checked;
    const rejected = this.rejectIntrospection(document, actor);
    if (rejected) return rejected;
    const view = this.authorization.filter(document, operationName, actor);
    const operation = this.operations.plan(view?.document ?? document, operationName);
    if (operation instanceof CodedError) return { errors: [operation], status: 400 };
    return this.withVariables({ document, operation, view, request });
  }

  private rejectIntrospection(document: DocumentNode, actor: Actor): RejectedRequest | undefined {
    const secret = introspectionError(document, this.limits, actor);
    return secret && { errors: withLocations([secret], document), status: 403 };
  }

  private withVariables(prepared: Omit<PreparedRequest, 'sources'>): PreparedRequest | RejectedRequest {
    const { document, operation, view, request } = prepared;
    // Do not open a stream of which the actor may read nothing.
    if (view?.empty && operation.kind === OperationTypeNode.SUBSCRIPTION)
      return { errors: view.errors, status: 403 };
    const errors = this.checkVariables(operation, request.variables ?? {});
    if (errors.length > 0) return { errors: withLocations(errors, document), status: 400 };
    return { ...prepared, sources: this.sources };
  }

  private checkVariables(operation: PlannedOperation, variables: Record<string, unknown>): GraphQLError[] {
    const definitions = operation.definition.variableDefinitions;
    if (!definitions || definitions.length === 0) return [];
    const { api } = this.supergraph;
    const tooLarge = checkVariableLimits(api, definitions, variables, this.limits);
    if (tooLarge) return [tooLarge];
    const { errors, coerced } = getVariableValues(api, definitions, variables, {
      maxErrors: 20,
    });
    if (errors) return errors.map(variableError);
    return checkPageSizes(operation.pageSizes, coerced, this.limits.pageSize);
  }
}

function invalidDocument({ errors }: InvalidDocument): RejectedRequest {
  const tooLong = errors.some((error) => error.extensions['limit'] === 'documentBytes');
  return { errors, status: tooLong ? 413 : 400 };
}

function variableError({ message, nodes }: GraphQLError): GraphQLError {
  return new CodedError(message, { nodes, extensions: { code: 'INVALID_INPUT' } });
}
