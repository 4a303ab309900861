import { type DocumentNode, GraphQLError, Kind, type ValueNode, visit } from 'graphql';
import { problemError } from './refusal.js';

/**
 * A text that PostgreSQL cannot hold: with U+0000, or with half of a surrogate pair, which UTF-8 has no bytes for. It is
 * refused before a resolver sees it, so that no statement fails on it, whatever field it is given to.
 */
function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\u0000');
}

type Path = readonly (string | number)[];

/** Where the first unstorable text of a value is, its keys included; undefined when there is none. */
function unstorableAt(value: unknown, path: Path): Path | undefined {
  if (typeof value === 'string') return isStorable(value) ? undefined : path;
  if (typeof value !== 'object' || value === null) return undefined;
  const entries: Iterable<[string | number, unknown]> = Array.isArray(value)
    ? value.entries()
    : Object.entries(value);
  for (const [key, inner] of entries) {
    const inside = [...path, key];
    if (typeof key === 'string' && !isStorable(key)) return path;
    const at = unstorableAt(inner, inside);
    if (at) return at;
  }
  return undefined;
}

/** The refusal of a request's variables that hold an unstorable text; undefined when none does. */
export function unstorableVariable(
  document: DocumentNode,
  variables: Readonly<Record<string, unknown>> | null | undefined,
): GraphQLError | undefined {
  for (const [name, value] of Object.entries(variables ?? {})) {
    const at = unstorableAt(value, []);
    if (at) return refusal([...argumentOf(document, name), ...at]);
  }
  return undefined;
}

/** The refusal of a document with an unstorable text; undefined when it has none. */
export function unstorableLiteral(document: DocumentNode): GraphQLError | undefined {
  let found: Path | undefined;
  visit(document, {
    Argument: ({ name, value }) => {
      found ??= find(value, [name.value], (node) => node.kind === Kind.STRING && !isStorable(node.value));
    },
  });
  return found && refusal(found);
}

/** The argument, and the place in it, that a variable is given to: callers know their inputs, not a plan's names. */
function argumentOf(document: DocumentNode, variable: string): Path {
  let found: Path | undefined;
  visit(document, {
    Argument: ({ name, value }) => {
      const is = (node: ValueNode) => node.kind === Kind.VARIABLE && node.name.value === variable;
      found ??= find(value, [name.value], is);
    },
  });
  return found ?? [variable];
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

function refusal(path: Path): GraphQLError {
  const { message, extensions } = problemError({
    code: 'INVALID_INPUT',
    message: `The text at ${path.join('.')} has the character U+0000 or half of a surrogate pair. Leave it out.`,
    path: path.map(String),
  });
  return new GraphQLError(message, extensions ? { extensions } : {});
}
