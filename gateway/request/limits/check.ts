import type { DocumentNode, GraphQLError } from 'graphql';
import { aliasesRule } from './aliases.js';
import { depthRule } from './depth.js';
import { directivesRule } from './directives.js';
import { fieldsRule } from './fields.js';
import { introspectionRule } from './introspection.js';
import type { Limits } from './limits.js';
import { bracketDepth } from './nesting.js';
import { aliasLengthRule, listLengthRule } from './lengths.js';
import { numbersRule } from './numbers.js';
import { pageSizeRule } from './page-size.js';
import { rootFieldsRule } from './root-fields.js';
import { type LimitRule, limitError } from './rule.js';

const rules: readonly LimitRule[] = [
  depthRule,
  aliasesRule,
  rootFieldsRule,
  fieldsRule,
  directivesRule,
  aliasLengthRule,
  listLengthRule,
  numbersRule,
  pageSizeRule,
  introspectionRule,
];

/** Errors for every limit that a parsed document exceeds. */
export function checkDocument(document: DocumentNode, limits: Limits): GraphQLError[] {
  return rules.flatMap((rule) => rule(document, limits));
}

/** Errors when the text is too long or nested too deeply to be parsed. */
export function checkSource(source: string, { documentBytes, nesting }: Limits): GraphQLError[] {
  // A UTF-16 code unit has at most three bytes in UTF-8: short texts need no measuring.
  const bytes = source.length * 3 <= documentBytes ? 0 : Buffer.byteLength(source);
  if (bytes > documentBytes) {
    return [
      limitError(
        `A document may have ${documentBytes} bytes, this one has ${bytes}.`,
        'documentBytes',
        documentBytes,
      ),
    ];
  }
  if (bracketDepth(source) <= nesting) return [];
  return [limitError(`Brackets of a document may nest ${nesting} deep.`, 'nesting', nesting)];
}
