import { type ArgumentNode, type DocumentNode, GraphQLError, Kind, visit } from 'graphql';
import { type LimitRule, coded } from './rule.js';

/** Refuses literal page sizes over `pageSize`. */
export const pageSizeRule: LimitRule = (document, { pageSize }) => {
  const errors: GraphQLError[] = [];
  visitFirst(document, (argument) => {
    if (argument.value.kind !== Kind.INT || Number(argument.value.value) <= pageSize) return;
    errors.push(pageSizeError(argument.value.value, pageSize, argument));
  });
  return errors;
};

/** Names of the variables that are page sizes somewhere in the document. */
export function pageSizeVariables(document: DocumentNode): string[] {
  const names = new Set<string>();
  visitFirst(document, ({ value }) => {
    if (value.kind === Kind.VARIABLE) names.add(value.name.value);
  });
  return [...names];
}

/** Says which page sizes in the coerced variables are over `pageSize`. */
export function checkPageSizes(
  names: readonly string[],
  variables: Record<string, unknown>,
  pageSize: number,
): GraphQLError[] {
  return names.flatMap((name) => {
    const value = variables[name];
    return typeof value === 'number' && value > pageSize ? [pageSizeError(String(value), pageSize)] : [];
  });
}

function visitFirst(document: DocumentNode, found: (argument: ArgumentNode) => void): void {
  visit(document, {
    Argument: (node) => {
      if (node.name.value === 'first') found(node);
    },
  });
}

function pageSizeError(value: string, pageSize: number, argument?: ArgumentNode): GraphQLError {
  return coded(
    'PAGE_SIZE_EXCEEDED',
    `first must be from 1 to ${pageSize}, it is ${value}.`,
    { maximum: pageSize },
    argument,
  );
}
