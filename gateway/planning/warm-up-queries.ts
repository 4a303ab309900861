import {
  type DocumentNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
  parse,
} from 'graphql';

/** Number of operations, nesting depth of fields, and size of selections. */
const BOUNDS = { operations: 60, depth: 4, leaves: 8, inner: 2 };

/**
 * Generated queries for warming up the planner: they get its code compiled before it is needed. The first
 * twenty operations of a thread take two to three times as long as later ones.
 */
export function* warmUpQueries(api: GraphQLSchema): Generator<DocumentNode> {
  const root = api.getQueryType();
  if (!root) return;
  for (let turn = 0; turn < BOUNDS.operations; turn++)
    yield parse(selection(root, BOUNDS.depth, turn), { noLocation: true });
}

/** Some fields of a type; each turn selects other composite fields. */
function selection(type: GraphQLNamedType, depth: number, turn: number): string {
  if (!isObjectType(type) && !isInterfaceType(type)) return '{__typename}';
  const fields = Object.values(type.getFields()).filter(({ args }) => !args.some(isRequiredArgument));
  const inner = fields.filter(({ type: returned }) => isCompositeType(getNamedType(returned)));
  const leaves = fields.filter(({ type: returned }) => isLeafType(getNamedType(returned)));
  const first = inner.length > 0 ? turn % inner.length : 0;
  const selected = [...inner.slice(first), ...inner.slice(0, first)].slice(0, depth > 1 ? BOUNDS.inner : 0);
  const below = selected.map(
    ({ name, type: returned }) => name + selection(getNamedType(returned), depth - 1, turn),
  );
  const names = leaves.slice(0, BOUNDS.leaves).map(({ name }) => name);
  return `{${['__typename', ...names, ...below].join(' ')}}`;
}
