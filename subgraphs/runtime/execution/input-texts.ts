import {
  type DocumentNode,
  GraphQLError,
  type GraphQLNamedType,
  type GraphQLSchema,
  Kind,
  type StringValueNode,
  TypeInfo,
  type ValueNode,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isObjectType,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { MAX_ID_LENGTH, MAX_TEXT_LENGTH, idTooLong } from '../../../protocol/input-lengths.js';
import { isRecord } from '../../../kernel/is-record.js';
import type { Problem } from '../../../kernel/result.js';
import { formatProblem } from '../../../protocol/format-errors.js';

/**
 * Why a string in an input is rejected before any resolver is called: PostgreSQL stores neither U+0000 nor unpaired
 * surrogates, which UTF-8 cannot encode, and an index cannot store an id of megabytes.
 */
type Fault = Pick<Problem, 'code' | 'message' | 'details'>;
type Path = readonly (string | number)[];
/** The input type of a string; called only if the string is too long for an id. */
type TypeOf = () => GraphQLNamedType | undefined;

/** The error of a request's variables; undefined if all strings are accepted. */
export function variableFault(
  schema: GraphQLSchema,
  document: DocumentNode,
  variables: Readonly<Record<string, unknown>> | null | undefined,
): GraphQLError | undefined {
  // Fast path of nearly all requests; the path of a rejected string is only computed if there is one.
  if (!variables || isPlain(variables)) return undefined;
  for (const [name, value] of Object.entries(variables)) {
    const typeAt = (path: Path) => typeInside(schema, typeOfVariable(schema, document, name), value, path);
    const found = faultIn(value, [], typeAt);
    if (found) return rejection(found.fault, [...argumentOf(document, name), ...found.path]);
  }
  return undefined;
}

/** The error of a document's literals; undefined if all strings are accepted. */
export function literalFault(schema: GraphQLSchema, document: DocumentNode): GraphQLError | undefined {
  const types = new TypeInfo(schema);
  let found: { readonly node: StringValueNode; readonly fault: Fault } | undefined;
  const check = (node: StringValueNode) => {
    const type = types.getInputType();
    const fault = faultOf(node.value, () => (type ? getNamedType(type) : undefined));
    if (fault) found ??= { node, fault };
  };
  visit(document, visitWithTypeInfo(types, { StringValue: check }));
  return found && rejection(found.fault, argumentPath(document, (node) => node === found?.node) ?? []);
}

/** Whether all strings of a value, including its keys, are accepted for any input type. */
function isPlain(value: unknown): boolean {
  if (typeof value === 'string')
    return value.length <= MAX_ID_LENGTH && value.isWellFormed() && !value.includes('\u0000');
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every(isPlain);
  for (const key in value)
    if (!isPlain(key) || !isPlain((value as Readonly<Record<string, unknown>>)[key])) return false;
  return true;
}

function faultOf(text: string, typeOf: TypeOf): Fault | undefined {
  if (!text.isWellFormed() || text.includes('\u0000'))
    return {
      code: 'INVALID_INPUT',
      message: 'The text has the character U+0000 or half of a surrogate pair. Leave it out.',
    };
  if (text.length <= MAX_ID_LENGTH) return undefined;
  const type = typeOf();
  if (type?.name === 'ID' || isEnumType(type))
    return tooLong('idLength', MAX_ID_LENGTH, idTooLong(text.length));
  if (text.length <= MAX_TEXT_LENGTH) return undefined;
  return tooLong('textLength', MAX_TEXT_LENGTH, `A text may have ${MAX_TEXT_LENGTH} characters`);
}

function tooLong(limit: string, maximum: number, message: string): Fault {
  return { code: 'LIMIT_EXCEEDED', message: `${message}. Send less at once.`, details: { limit, maximum } };
}

/** The first rejected string of a value, including its keys, and its path. */
function faultIn(
  value: unknown,
  path: Path,
  typeAt: (path: Path) => GraphQLNamedType | undefined,
): { readonly fault: Fault; readonly path: Path } | undefined {
  if (typeof value === 'string') {
    const fault = faultOf(value, () => typeAt(path));
    return fault && { fault, path };
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const entries: Iterable<[string | number, unknown]> = Array.isArray(value)
    ? value.entries()
    : Object.entries(value);
  for (const [key, inner] of entries) {
    const fault = typeof key === 'string' ? faultOf(key, () => undefined) : undefined;
    if (fault) return { fault, path };
    const found = faultIn(inner, [...path, key], typeAt);
    if (found) return found;
  }
  return undefined;
}

function typeOfVariable(
  schema: GraphQLSchema,
  document: DocumentNode,
  name: string,
): GraphQLNamedType | undefined {
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const declared = definition.variableDefinitions?.find(({ variable }) => variable.name.value === name);
    let type = declared?.type;
    while (type && type.kind !== Kind.NAMED_TYPE) type = type.type;
    if (type) return schema.getType(type.name.value) ?? undefined;
  }
  return undefined;
}

/**
 * The type at a path of a value. Lists are skipped, and the representation of an entity has the type of its
 * `__typename`.
 */
function typeInside(
  schema: GraphQLSchema,
  declared: GraphQLNamedType | undefined,
  value: unknown,
  path: Path,
): GraphQLNamedType | undefined {
  let [type, inner] = [declared, value];
  for (const key of path) {
    if (typeof key === 'string') {
      if (type?.name === '_Any' && isRecord(inner)) type = schema.getType(String(inner['__typename']));
      const fields = isInputObjectType(type) || isObjectType(type) ? type.getFields() : {};
      type = Object.hasOwn(fields, key) ? getNamedType(fields[key]?.type) : undefined;
    }
    inner = (inner as Readonly<Record<string | number, unknown>>)[key];
  }
  return type;
}

/**
 * The path of the argument that a variable is passed to: clients know arguments, but not the variables of a query
 * plan.
 */
function argumentOf(document: DocumentNode, variable: string): Path {
  const is = (node: ValueNode) => node.kind === Kind.VARIABLE && node.name.value === variable;
  return argumentPath(document, is) ?? [variable];
}

/** The path of the argument that contains a value. */
function argumentPath(document: DocumentNode, is: (node: ValueNode) => boolean): Path | undefined {
  let found: Path | undefined;
  visit(document, {
    Argument: ({ name, value }) => {
      found ??= find(value, [name.value], is);
    },
  });
  return found;
}

function find(node: ValueNode, path: Path, is: (node: ValueNode) => boolean): Path | undefined {
  if (is(node)) return path;
  const inner: (readonly [string | number, ValueNode])[] =
    node.kind === Kind.LIST
      ? node.values.map((value, index) => [index, value])
      : node.kind === Kind.OBJECT
        ? node.fields.map(({ name, value }) => [name.value, value])
        : [];
  for (const [key, value] of inner) {
    const found = find(value, [...path, key], is);
    if (found) return found;
  }
  return undefined;
}

function rejection(fault: Fault, path: Path): GraphQLError {
  const { message, extensions } = formatProblem({ ...fault, path: path.map(String) });
  return new GraphQLError(message, extensions ? { extensions } : {});
}
