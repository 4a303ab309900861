import { type ArgumentNode, GraphQLError, Kind } from 'graphql';
import { analyzeDocument } from '../../document/analyze-document.js';
import { coded } from '../../errors/coded-error.js';
import type { LimitRule } from './rule.js';

/** Rejects literal page sizes over `pageSize`. */
export const pageSizeRule: LimitRule = (document, { pageSize }) =>
  analyzeDocument(document).pageSizes.flatMap((argument) => {
    const { value } = argument;
    if (value.kind !== Kind.INT || Number(value.value) <= pageSize) return [];
    return [pageSizeError(value.value, pageSize, argument)];
  });

/** Errors for page sizes in the coerced variables over `pageSize`. */
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
