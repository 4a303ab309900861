import {
  type DocumentNode,
  type ExecutionResult,
  GraphQLError,
  type GraphQLField,
  type GraphQLSchema,
  Kind,
  OperationTypeNode,
  TypeInfo,
  defaultFieldResolver,
  getNamedType,
  getNullableType,
  isAbstractType,
  isInputObjectType,
  isIntrospectionType,
  isLeafType,
  isObjectType,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { compileQuery, isCompiledQuery } from 'graphql-jit';
import { AttachedValues } from '../../../kernel/attached-values.js';
import { type MaybePromise, mapMaybePromise } from '../../../kernel/maybe-promise.js';

/**
 * Executes a compiled query with the same result as graphql-js; undefined for values that it cannot handle:
 * graphql-js must then execute the query.
 */
export type RunQuery = (
  context: unknown,
  variables: Readonly<Record<string, unknown>>,
) => MaybePromise<ExecutionResult | undefined>;

/**
 * Number of executions after which a document is compiled. Compiling blocks the event loop and costs as much as it
 * saves in this many executions.
 */
const COMPILE_AFTER = 64;

/**
 * Compiles frequent queries, but only those that graphql-jit executes exactly as graphql-js does: without interfaces,
 * unions other than `_Entity`, directives and input objects.
 */
export class CompiledQueries {
  /** Entries are removed with their documents. */
  private readonly entries = new AttachedValues<DocumentNode, { uses: number; run: RunQuery | undefined }>();

  constructor(private readonly schema: GraphQLSchema) {
    resolveByDefault(schema);
  }

  /** The compiled query; undefined if it is not frequent or cannot be compiled. */
  of(document: DocumentNode): RunQuery | undefined {
    let entry = this.entries.get(document);
    if (!entry) this.entries.set(document, (entry = { uses: 0, run: undefined }));
    entry.uses += 1;
    if (entry.uses === COMPILE_AFTER && isPlain(this.schema, document))
      entry.run = compile(this.schema, document);
    return entry.run;
  }
}

/**
 * Sets the default resolver of graphql-js on fields without a resolver: graphql-jit would read the property without
 * calling or awaiting it. Omitted for scalars and enums, whose serializers detect functions and promises.
 */
function resolveByDefault(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || isIntrospectionType(type)) continue;
    for (const field of Object.values(type.getFields()))
      if (!isLeafType(getNullableType(field.type))) field.resolve ??= defaultFieldResolver;
  }
}

function compile(schema: GraphQLSchema, document: DocumentNode): RunQuery | undefined {
  let hasUnresolved = false;
  const customSerializers = leafSerializers(schema, () => (hasUnresolved = true));
  const query = compileQuery(schema, document, '', { customSerializers });
  if (!isCompiledQuery(query)) return undefined;
  return (context, variables) =>
    hasUnresolved
      ? undefined
      : mapMaybePromise(query.query(undefined, context, { ...variables }), (result) =>
          hasUnresolved ? undefined : toGraphqlResult(result),
        );
}

/** Whether graphql-js would call or await the value. */
function isUnresolved(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return typeof value === 'function';
  if (!('then' in value) || typeof value.then !== 'function') return false;
  // graphql-js executes the query again and reports the rejection.
  Promise.resolve(value).catch(() => undefined);
  return true;
}

/** Serializers of scalars and enums that report a value which graphql-js would call or await. */
function leafSerializers(schema: GraphQLSchema, reportUnresolved: () => void) {
  const types = Object.values(schema.getTypeMap()).filter(isLeafType);
  return Object.fromEntries(
    types.map((type) => [
      type.name,
      (value: unknown): unknown => {
        if (isUnresolved(value)) reportUnresolved();
        return type.serialize(value);
      },
    ]),
  );
}

function toGraphqlResult({ data, errors }: ExecutionResult): ExecutionResult {
  if (!errors || errors.length === 0) return { data };
  return { ...(data === undefined ? {} : { data }), errors: errors.map(toGraphqlError) };
}

/** Creates a GraphQLError of graphql-js: errors of graphql-jit lack some of its properties. */
function toGraphqlError({ message, path, originalError }: GraphQLError): GraphQLError {
  return new GraphQLError(message, { path, ...(originalError ? { originalError } : {}) });
}

function isPlain(schema: GraphQLSchema, document: DocumentNode): boolean {
  const [operation, ...others] = document.definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION || operation.operation !== OperationTypeNode.QUERY)
    return false;
  if (others.some(({ kind }) => kind !== Kind.FRAGMENT_DEFINITION)) return false;
  const types = new TypeInfo(schema);
  let plain = true;
  const reject = () => void (plain = false);
  visit(
    document,
    visitWithTypeInfo(types, {
      Directive: reject,
      ObjectValue: reject,
      VariableDefinition: () => {
        if (isInputObjectType(getNamedType(types.getInputType()))) reject();
      },
      Field: ({ name }) => {
        if (name.value !== '__typename' && !isResolved(types.getFieldDef())) reject();
      },
    }),
  );
  return plain;
}

/** `_Entity` resolves its types by `__typename`; other abstract types may have a resolver. */
function isResolved(field: GraphQLField<unknown, unknown> | null | undefined): boolean {
  if (!field || field.name.startsWith('__')) return false;
  const type = getNamedType(field.type);
  return !isAbstractType(type) || type.name === '_Entity';
}
