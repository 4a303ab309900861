import type { DocumentNode, GraphQLError } from 'graphql';
import { aliasesRule } from './aliases.js';
import { depthRule } from './depth.js';
import { directivesRule } from './directives.js';
import { fieldsRule } from './fields.js';
import { introspectionRule } from './introspection.js';
import type { Limits } from './limits.js';
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
  numbersRule,
  pageSizeRule,
  introspectionRule,
];

/** Every limit that a parsed document breaks. */
export function checkDocument(document: DocumentNode, limits: Limits): GraphQLError[] {
  return rules.flatMap((rule) => rule(document, limits));
}

/** Whether the text is too long to be parsed. */
export function checkSource(source: string, { documentBytes }: Limits): GraphQLError[] {
  // A UTF-16 unit is at most three bytes: shorter texts need not be measured.
  if (source.length * 3 <= documentBytes) return [];
  const bytes = Buffer.byteLength(source);
  if (bytes <= documentBytes) return [];
  return [
    limitError(
      `A document may have ${documentBytes} bytes, this one has ${bytes}.`,
      'documentBytes',
      documentBytes,
    ),
  ];
}
