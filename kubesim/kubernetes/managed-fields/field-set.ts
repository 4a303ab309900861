import { sortedByElement } from './path-element.js';

/**
 * A set of fields in the form of FieldsV1: a tree of path elements. A node without entries is a member of the set; a
 * node with entries is one only if `.` is among them. Sets are immutable and share nodes.
 */
export interface FieldSet {
  readonly [element: string]: FieldSet;
}

/** Marks a node with entries as a member. */
const SELF = '.';
/** A member without entries, and the empty set. */
export const EMPTY: FieldSet = Object.freeze({});

export function isEmpty(set: FieldSet): boolean {
  for (const _element in set) return false;
  return true;
}

function isMember(node: FieldSet): boolean {
  return node[SELF] !== undefined || isEmpty(node);
}

/** The fields below a node, without the node itself. */
function below(node: FieldSet): FieldSet {
  if (node[SELF] === undefined) return node;
  const { [SELF]: _self, ...fields } = node;
  return fields;
}

/** A node; undefined if it is no member and has no entries. */
function nodeOf(member: boolean, fields: FieldSet): FieldSet | undefined {
  if (isEmpty(fields)) return member ? EMPTY : undefined;
  return member ? { [SELF]: EMPTY, ...fields } : fields;
}

/** Maps the nodes of a set; a node for which `change` returns undefined is left out. */
function mapNodes(
  set: FieldSet,
  change: (node: FieldSet, element: string) => FieldSet | undefined,
): FieldSet {
  const result: Record<string, FieldSet> = {};
  for (const [element, node] of Object.entries(set)) {
    const changed = change(node, element);
    if (changed) result[element] = changed;
  }
  return result;
}

/** The fields of either set. */
export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmpty(b)) return a;
  return { ...b, ...mapNodes(a, (node, element) => unionOfNodes(node, b[element])) };
}

function unionOfNodes(a: FieldSet, b: FieldSet | undefined): FieldSet | undefined {
  return b === undefined ? a : nodeOf(isMember(a) || isMember(b), union(below(a), below(b)));
}

/** The fields of both sets. */
export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  return mapNodes(a, (node, element) => {
    const other = b[element];
    return other && nodeOf(isMember(node) && isMember(other), intersection(below(node), below(other)));
  });
}

/** The fields of `a` that are not in `b`. A field stays if only fields below it are in `b`, and the reverse. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmpty(b)) return a;
  return mapNodes(a, (node, element) => {
    const other = b[element];
    return other ? nodeOf(isMember(node) && !isMember(other), difference(below(node), below(other))) : node;
  });
}

/** The fields of `a` that are neither in `b` nor below a field of `b`. */
export function recursiveDifference(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmpty(b)) return a;
  return mapNodes(a, (node, element) => {
    const other = b[element];
    if (!other) return node;
    return isMember(other)
      ? undefined
      : nodeOf(isMember(node), recursiveDifference(below(node), below(other)));
  });
}

/** Whether the set has the field with this path element at its first level. */
export function hasElement(set: FieldSet, element: string): boolean {
  const node = set[element];
  return node !== undefined && isMember(node);
}

/** Whether the set has the field at the path. */
export function hasPath(set: FieldSet, [element, ...rest]: readonly string[]): boolean {
  const node = element === undefined ? undefined : set[element];
  if (node === undefined) return false;
  return rest.length === 0 ? isMember(node) : hasPath(node, rest);
}

/** The fields below a path element, without the element. */
export function fieldsBelow(set: FieldSet, element: string): FieldSet {
  return below(set[element] ?? EMPTY);
}

/** Makes nodes members: those for whose element `joins` returns true, with the changed fields below them. */
export function withMembers(
  set: FieldSet,
  joins: (element: string) => boolean,
  change: (fields: FieldSet, element: string) => FieldSet,
): FieldSet {
  return mapNodes(set, (node, element) =>
    nodeOf(isMember(node) || joins(element), change(below(node), element)),
  );
}

/** The paths of the fields: at each level the fields themselves before the fields below others. */
export function* pathsOf(set: FieldSet, prefix: readonly string[] = []): Generator<readonly string[]> {
  const nodes = sortedByElement(Object.entries(set));
  for (const [element, node] of nodes) if (isMember(node)) yield [...prefix, element];
  for (const [element, node] of nodes) yield* pathsOf(below(node), [...prefix, element]);
}

/** The set with its elements in the order in which API servers write them. */
export function inOrder(set: FieldSet): FieldSet {
  const entries = Object.entries(set);
  if (entries.length === 0) return EMPTY;
  return Object.fromEntries(
    sortedByElement(entries).map(([element, node]) => [element, element === SELF ? EMPTY : inOrder(node)]),
  );
}

/** Collects fields by their paths. */
export class FieldSetBuilder {
  private readonly root: Record<string, FieldSet> = {};

  get set(): FieldSet {
    return this.root;
  }

  /** Adds a field. The empty path is the object as a whole, which nothing owns. */
  insert(path: readonly string[]): void {
    const last = path.at(-1);
    if (last === undefined) return;
    const parent = path.slice(0, -1).reduce((node, element) => openNode(node, element), this.root);
    const existing = parent[last];
    if (existing === undefined) parent[last] = EMPTY;
    else if (existing !== EMPTY) (existing as Record<string, FieldSet>)[SELF] = EMPTY;
  }
}

/** A node of a builder to which entries can be added. A member without entries is shared and therefore replaced. */
function openNode(parent: Record<string, FieldSet>, element: string): Record<string, FieldSet> {
  const node = parent[element];
  // Not isEmpty, which lists the names of a large object.
  if (node && node !== EMPTY) return node;
  const opened: Record<string, FieldSet> = node ? { [SELF]: EMPTY } : {};
  parent[element] = opened;
  return opened;
}
