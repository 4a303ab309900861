import { type FloatValueNode, type GraphQLError, type IntValueNode, visit } from 'graphql';
import { type LimitRule, coded } from './rule.js';

/** Refuses numbers that no double can hold: JSON has none of them, so no subgraph could be asked for them. */
export const numbersRule: LimitRule = (document) => {
  const errors: GraphQLError[] = [];
  const check = (node: FloatValueNode | IntValueNode) => {
    if (!Number.isFinite(Number(node.value)))
      errors.push(coded('INVALID_INPUT', 'The document has a number that is too large.', {}, node));
  };
  visit(document, { FloatValue: check, IntValue: check });
  return errors.slice(0, 1);
};
