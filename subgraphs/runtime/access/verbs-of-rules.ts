import type { AccessRules, ArgumentAccess, VerbName } from './access-rules.js';

/** Every verb of the rules. */
export function verbsOfRules({
  queries,
  mutations = {},
  subscriptions = {},
  objects,
  edges = {},
}: AccessRules): VerbName[] {
  const fields = [queries, mutations, subscriptions, edges].flatMap((rules) => Object.values(rules));
  const verbs = Object.values(objects).map(({ verb }) => verb);
  return [...fields.map(verbOf), ...verbs].filter((verb) => verb !== undefined);
}

function verbOf(rule: VerbName | ArgumentAccess | 'open'): VerbName | undefined {
  if (rule === 'open') return undefined;
  return typeof rule === 'string' ? rule : rule.verb;
}
