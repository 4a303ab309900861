import { type ArgumentNode, type DocumentNode, GraphQLError, Kind } from 'graphql';
import { analyzeDocument } from '../../document/analyze-document.js';
import { type LimitRule, coded } from './rule.js';

/** Refuses literal page sizes over `pageSize`. */
export const pageSizeRule: LimitRule = (document, { pageSize }) =>
  analyzeDocument(document).pageSizes.flatMap((argument) => {
    const { value } = argument;
    if (value.kind !== Kind.INT || Number(value.value) <= pageSize) return [];
    return [pageSizeError(value.value, pageSize, argument)];
  });

/** Names of the variables that are page sizes somewhere in the document. */
export function pageSizeVariables(document: DocumentNode): string[] {
  const names = analyzeDocument(document).pageSizes.flatMap(({ value }) =>
    value.kind === Kind.VARIABLE ? [value.name.value] : [],
  );
  return [...new Set(names)];
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

function pageSizeError(value: string, pageSize: number, argument?: ArgumentNode): GraphQLError {
  return coded(
    'PAGE_SIZE_EXCEEDED',
    `first must be from 1 to ${pageSize}, it is ${value}.`,
    { maximum: pageSize },
    argument,
  );
}
