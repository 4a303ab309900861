import { type FieldNode, Kind, visit } from 'graphql';
import { type LimitRule, coded } from './rule.js';

/** Refuses reading the schema where that is switched off, wherever in the document it is asked for. */
export const introspectionRule: LimitRule = (document, { introspection }) => {
  if (introspection) return [];
  const found: FieldNode[] = [];
  visit(document, {
    [Kind.FIELD]: (node) => {
      if (node.name.value === '__schema' || node.name.value === '__type') found.push(node);
    },
  });
  const [first] = found;
  return first ? [coded('FORBIDDEN', 'Introspection is switched off.', {}, first)] : [];
};
