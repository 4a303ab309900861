import {
  type DocumentNode,
  type GraphQLError,
  GraphQLError as CodedError,
  OperationTypeNode,
  getVariableValues,
} from 'graphql';
import type { Actor } from '../../kernel/actor.js';
import { Authorization, type FilteredOperation } from './authorization/authorization.js';
import { introspectionRefusal } from './limits/introspection.js';
import type { Limits } from './limits/limits.js';
import { checkPageSizes } from './limits/page-size.js';
import { checkVariableLimits } from './limits/variables.js';
import { Documents } from './documents/documents.js';
import { Operations, type PlannedOperation } from '../planning/operations.js';
import { withLocations } from './documents/parse-document.js';
import type { PlannableSupergraph } from '../planning/plannable-supergraph.js';

/** What a client asks, on whatever transport. */
export interface GraphRequest {
  readonly query: string;
  readonly operationName?: string | null | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
  /** Cursor of an event: what is answered must not be older. For queries and mutations. */
  readonly minResourceVersion?: string | undefined;
}

/** A request that may be executed. */
export interface PreparedRequest {
  /** The document as it was sent; what is executed of it may be less, see `view`. */
  readonly document: DocumentNode;
  readonly operation: PlannedOperation;
  readonly request: GraphRequest;
  /** What the actor may see of it, when that is not all. */
  readonly view?: FilteredOperation | undefined;
}

/** Why a request is not executed, and the HTTP status that says so. */
export interface RefusedRequest {
  readonly errors: readonly GraphQLError[];
  readonly status: number;
}

/** The way of every request from text to plan, the same for HTTP, WebSocket and event streams. */
export class RequestPreparer {
  private readonly documents: Documents;
  private readonly operations: Operations;
  private readonly authorization: Authorization;

  constructor(
    private readonly supergraph: PlannableSupergraph,
    private readonly limits: Limits,
  ) {
    this.documents = new Documents(supergraph.api, limits);
    this.operations = new Operations(supergraph);
    this.authorization = new Authorization(supergraph);
  }

  /** Whether the text of a request has been parsed, checked and planned before, so that it is only to be looked up. */
  isKnown({ query, operationName }: GraphRequest, actor: Actor): boolean {
    const checked = this.documents.find(query);
    if (!checked || 'errors' in checked) return checked !== undefined;
    const document = this.authorization.executedDocument(checked.document, operationName, actor);
    return document !== undefined && this.operations.has(document, operationName);
  }

  /**
   * Lets another thread plan what `prepare` would have to plan; undefined when there is nothing to wait for, which is
   * nearly always.
   */
  ahead({ query, operationName }: GraphRequest, actor: Actor): Promise<void> | undefined {
    if (!this.supergraph.planAhead) return undefined;
    // Only what is valid is planned: the planner may not come to an end with anything else.
    const checked = this.documents.check(query);
    if ('errors' in checked) return undefined;
    const view = this.authorization.filter(checked.document, operationName, actor);
    return view
      ? this.operations.ahead(view.document, operationName)
      : this.operations.ahead(checked.document, operationName, query);
  }

  prepare(request: GraphRequest, actor: Actor): PreparedRequest | RefusedRequest {
    const checked = this.documents.check(request.query);
    if ('errors' in checked) return { errors: checked.errors, status: tooLong(checked.errors) ? 413 : 400 };
    const secret = introspectionRefusal(checked.document, this.limits, actor);
    if (secret) return { errors: withLocations([secret], checked.document), status: 403 };
    return this.authorized(checked.document, request, actor);
  }

  private authorized(
    document: DocumentNode,
    request: GraphRequest,
    actor: Actor,
  ): PreparedRequest | RefusedRequest {
    const view = this.authorization.filter(document, request.operationName, actor);
    const operation = this.operations.plan(view?.document ?? document, request.operationName);
    if (operation instanceof CodedError) return { errors: [operation], status: 400 };
    // A stream of which nothing may be read is not opened.
    if (view?.empty && operation.kind === OperationTypeNode.SUBSCRIPTION)
      return { errors: view.errors, status: 403 };
    const errors = this.checkVariables(operation, request.variables ?? {});
    if (errors.length > 0) return { errors: withLocations(errors, document), status: 400 };
    return { document, operation, request, view };
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

function tooLong(errors: readonly GraphQLError[]): boolean {
  return errors.some((error) => error.extensions['limit'] === 'documentBytes');
}

function variableError({ message, nodes }: GraphQLError): GraphQLError {
  return new CodedError(message, { nodes, extensions: { code: 'INVALID_INPUT' } });
}
