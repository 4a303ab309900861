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
 * Runs a compiled query. What it answers is what graphql-js would; undefined when it has met what it cannot do, so that
 * graphql-js must be asked.
 */
export type RunQuery = (
  context: unknown,
  variables: Readonly<Record<string, unknown>>,
) => MaybePromise<ExecutionResult | undefined>;

/** Executions after which a document is compiled: compiling costs as much as it saves in so many, and blocks while it lasts. */
const OFTEN = 64;

/**
 * Compiles the queries that are executed often. Only those of which graphql-jit does all that graphql-js does: no
 * interfaces or unions of ours, no directives, no input objects.
 */
export class CompiledQueries {
  /** For as long as their documents are kept. */
  private readonly known = new AttachedValues<DocumentNode, { uses: number; run: RunQuery | undefined }>();

  constructor(private readonly schema: GraphQLSchema) {
    resolveByDefault(schema);
  }

  /** The compiled query; undefined when it is not executed often or does not lend itself to it. */
  of(document: DocumentNode): RunQuery | undefined {
    let known = this.known.get(document);
    if (!known) this.known.set(document, (known = { uses: 0, run: undefined }));
    known.uses += 1;
    if (known.uses === OFTEN && isPlain(this.schema, document)) known.run = compile(this.schema, document);
    return known.run;
  }
}

/**
 * Gives fields without a resolver that of graphql-js: graphql-jit would read a property of theirs, but neither call it
 * nor wait for it. Scalars and enums keep none: it is noticed when one is to be called or waited for.
 */
function resolveByDefault(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || isIntrospectionType(type)) continue;
    for (const field of Object.values(type.getFields()))
      if (!isLeafType(getNullableType(field.type))) field.resolve ??= defaultFieldResolver;
  }
}

function compile(schema: GraphQLSchema, document: DocumentNode): RunQuery | undefined {
  let beyond = false;
  const customSerializers = leafSerializers(schema, () => (beyond = true));
  const query = compileQuery(schema, document, '', { customSerializers });
  if (!isCompiledQuery(query)) return undefined;
  return (context, variables) =>
    beyond
      ? undefined
      : mapMaybePromise(query.query(undefined, context, { ...variables }), (result) =>
          beyond ? undefined : properResult(result),
        );
}

/** What graphql-js would call, or wait for. */
function isUnread(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return typeof value === 'function';
  if (!('then' in value) || typeof value.then !== 'function') return false;
  // It is read once more, by graphql-js, which says what it fails with.
  Promise.resolve(value).catch(() => undefined);
  return true;
}

/** Serializes scalars and enums as their types do, and tells of a value that is yet to be called or waited for. */
function leafSerializers(schema: GraphQLSchema, unread: () => void) {
  const types = Object.values(schema.getTypeMap()).filter(isLeafType);
  return Object.fromEntries(
    types.map((type) => [
      type.name,
      (value: unknown): unknown => {
        if (isUnread(value)) unread();
        return type.serialize(value);
      },
    ]),
  );
}

function properResult({ data, errors }: ExecutionResult): ExecutionResult {
  if (!errors || errors.length === 0) return { data };
  return { ...(data === undefined ? {} : { data }), errors: errors.map(proper) };
}

/** The compiler's errors lack what graphql-js's have. */
function proper({ message, path, originalError }: GraphQLError): GraphQLError {
  return new GraphQLError(message, { path, ...(originalError ? { originalError } : {}) });
}

function isPlain(schema: GraphQLSchema, document: DocumentNode): boolean {
  const [operation, ...others] = document.definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION || operation.operation !== OperationTypeNode.QUERY)
    return false;
  if (others.some(({ kind }) => kind !== Kind.FRAGMENT_DEFINITION)) return false;
  const types = new TypeInfo(schema);
  let plain = true;
  const refuse = () => void (plain = false);
  visit(
    document,
    visitWithTypeInfo(types, {
      Directive: refuse,
      ObjectValue: refuse,
      VariableDefinition: () => {
        if (isInputObjectType(getNamedType(types.getInputType()))) refuse();
      },
      Field: ({ name }) => {
        if (name.value !== '__typename' && !isResolved(types.getFieldDef())) refuse();
      },
    }),
  );
  return plain;
}

/** The union of entities knows its types by their names; others may need to ask. */
function isResolved(field: GraphQLField<unknown, unknown> | null | undefined): boolean {
  if (!field || field.name.startsWith('__')) return false;
  const type = getNamedType(field.type);
  return !isAbstractType(type) || type.name === '_Entity';
}
