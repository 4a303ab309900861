import { ApolloServer, type ApolloServerPlugin, type GraphQLResponse, HeaderMap } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import {
  type ExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  OperationTypeNode,
  getOperationAST,
  parse,
} from 'graphql';
import { isKnownCode, formatInternalError } from '../../../protocol/format-errors.js';
import type { Log } from '../../../kernel/log.js';
import { responseText } from '../../execution/written-data.js';
import type { GraphRequest } from '../../request/request-preparer.js';
import type { AdmittedRequest, AdmissionRejection } from '../../request/admission.js';
import type { AuthenticatedRequest, GatewayCore } from '../core/gateway-core.js';
import { minResourceVersionOf } from '../../request/graph-request.js';
import { executeOperation } from '../core/operation.js';
import { needsStream, requestError } from '../core/request-error.js';
import { statusOf } from './respond.js';

/** Context value that Apollo Server passes from the request to the executor. */
export interface ApolloContext extends AuthenticatedRequest {
  admitted?: AdmittedRequest | AdmissionRejection;
}

export interface ApolloOptions {
  readonly schema: GraphQLSchema;
  readonly core: Pick<GatewayCore, 'admission' | 'executor'>;
  readonly log: Log;
}

/**
 * Apollo Server implements GraphQL over HTTP: methods, media types, status codes. Parsing, validation, planning
 * and execution are the gateway's own, shared with WebSockets and event streams.
 */
export async function startApollo(options: ApolloOptions): Promise<ApolloServer<ApolloContext>> {
  const { schema, log } = options;
  const server = new ApolloServer<ApolloContext>({
    gateway: {
      load: () => Promise.resolve({ executor: ({ context }) => run(options, context as ApolloContext) }),
      onSchemaLoadOrUpdate: (loaded) => {
        loaded({ apiSchema: schema, coreSupergraphSdl: '' });
        return () => undefined;
      },
      stop: () => Promise.resolve(),
    },
    plugins: [
      admissionPlugin(options.core),
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
    // See csrf.ts.
    csrfPrevention: false,
    // The admission plugin provides validated documents.
    documentStore: null,
    dangerouslyDisableValidation: true,
    persistedQueries: false,
    allowBatchedHttpRequests: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    stringifyResult: (result) => responseText(result as ExecutionResult),
    nodeEnv: 'production',
    logger: log,
    formatError: (formatted) => (isOurs(formatted.extensions) ? formatted : protocolError(formatted)),
  });
  await server.start();
  return server;
}

const NOTHING = parse('{ __typename }');

function admissionPlugin(core: ApolloOptions['core']): ApolloServerPlugin<ApolloContext> {
  const listener = {
    didResolveSource: async (context: {
      source: string;
      request: {
        http?: { method: string };
        operationName?: string;
        variables?: Record<string, unknown>;
        extensions?: unknown;
      };
      contextValue: ApolloContext;
    }) => {
      const { operationName, variables } = context.request;
      const minResourceVersion = minResourceVersionOf(context.request);
      const request = { query: context.source, operationName, variables, minResourceVersion };
      const looked = await core.admission.admit(request, context.contextValue.actor);
      const forbidden =
        'errors' in looked &&
        // Reject rate-limited accounts before parsing.
        looked.status !== 429 &&
        context.request.http?.method === 'GET' &&
        asksMutation(request);
      const admitted = forbidden ? NO_MUTATION : looked;
      context.contextValue.admitted = admitted;
      const document = 'errors' in admitted ? NOTHING : admitted.prepared.operation.document;
      Object.assign(context, { document });
    },
    responseForOperation: ({ contextValue: { admitted } }: { contextValue: ApolloContext }) =>
      Promise.resolve(admitted && 'errors' in admitted ? refusal(admitted) : null),
  };
  return { requestDidStart: () => Promise.resolve(listener) };
}

const NO_MUTATION: AdmissionRejection = {
  errors: [requestError('BAD_REQUEST', 'Mutations need POST.')],
  status: 405,
};

/** Whether a rejected request is a mutation: a mutation by GET is answered 405 whatever other errors it has. */
function asksMutation({ query, operationName }: GraphRequest): boolean {
  try {
    const operation = getOperationAST(parse(query, { noLocation: true }), operationName);
    return operation?.operation === OperationTypeNode.MUTATION;
  } catch {
    return false;
  }
}

function refusal({ errors, status }: AdmissionRejection): GraphQLResponse {
  return {
    http: { status, headers: new HeaderMap() },
    body: { kind: 'single', singleResult: { errors: errors.map((error) => error.toJSON()) } },
  };
}

async function run(options: ApolloOptions, context: ApolloContext): Promise<ExecutionResult> {
  const { admitted } = context;
  if (!admitted || 'errors' in admitted) throw new Error('an unprepared request reached the executor');
  if (admitted.prepared.operation.kind === OperationTypeNode.SUBSCRIPTION) return failed([needsStream()]);
  const result = await executeOperation(options.core, admitted, context);
  return result.errors && result.data === undefined ? failed(result.errors) : result;
}

/** A response without data takes its status from its first error. */
function failed(errors: readonly GraphQLError[]): ExecutionResult {
  const [first] = errors;
  const status = first ? statusOf(first) : 500;
  return {
    errors: errors.map(
      ({ message, path, extensions }) =>
        new GraphQLError(message, { path, extensions: { ...extensions, http: { status } } }),
    ),
  };
}

function isOurs(extensions: Readonly<Record<string, unknown>> | undefined): boolean {
  return isKnownCode(extensions?.['code']) || typeof extensions?.['requestId'] === 'string';
}

/** Maps Apollo Server's own error codes for invalid HTTP requests to BAD_REQUEST; other errors are masked. */
function protocolError({
  message,
  extensions,
}: {
  message: string;
  extensions?: Readonly<Record<string, unknown>>;
}) {
  const ofRequest = ['BAD_USER_INPUT', 'OPERATION_RESOLUTION_FAILURE', 'PERSISTED_QUERY_NOT_SUPPORTED'];
  if (!ofRequest.includes(String(extensions?.['code']))) return formatInternalError();
  return { message, extensions: { code: 'BAD_REQUEST' } };
}
