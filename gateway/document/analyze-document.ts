import {
  type ASTVisitor,
  type ArgumentNode,
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FloatValueNode,
  type IntValueNode,
  type ListValueNode,
  Kind,
  visit,
} from 'graphql';
import { visitorKeys } from './visitor-keys.js';
import { AttachedValues } from '../../kernel/attached-values.js';

/** Results of one walk through a document, each in document order. */
export interface DocumentAnalysis {
  /** Page size arguments. */
  readonly pageSizes: readonly ArgumentNode[];
  /** Numbers beyond the range of a double. */
  readonly tooLarge: readonly (FloatValueNode | IntValueNode)[];
  /** The longest list literal, if any. */
  readonly longestList: ListValueNode | undefined;
  /** The field with the longest alias, if any. */
  readonly longestAlias: FieldNode | undefined;
  /** Introspection fields. */
  readonly introspection: readonly FieldNode[];
  /** Names of variables used by `@skip` and `@include`. */
  readonly switches: ReadonlySet<string>;
}

const analyses = new AttachedValues<DocumentNode, DocumentAnalysis>();

/** Analyzes a document in one cached walk, shared by all checks. */
export function analyzeDocument(document: DocumentNode): DocumentAnalysis {
  const before = analyses.get(document);
  if (before) return before;
  const analysis = walkDocument(document);
  analyses.set(document, analysis);
  return analysis;
}

function walkDocument(document: DocumentNode): DocumentAnalysis {
  const pageSizes: ArgumentNode[] = [];
  const tooLarge: (FloatValueNode | IntValueNode)[] = [];
  let longestList: ListValueNode | undefined;
  let longestAlias: FieldNode | undefined;
  const introspection: FieldNode[] = [];
  const switches = new Set<string>();
  const number = (node: FloatValueNode | IntValueNode) => {
    if (!Number.isFinite(Number(node.value))) tooLarge.push(node);
  };
  const visitor: ASTVisitor = {
    Argument: (node) => {
      if (node.name.value === 'first') pageSizes.push(node);
    },
    FloatValue: number,
    IntValue: number,
    ListValue: (node) => {
      if (node.values.length > (longestList?.values.length ?? 0)) longestList = node;
    },
    Field: (node) => {
      if ((node.alias?.value.length ?? 0) > (longestAlias?.alias?.value.length ?? 0)) longestAlias = node;
      if (node.name.value === '__schema' || node.name.value === '__type') introspection.push(node);
    },
    Directive: (node) => {
      for (const name of switchesOf(node)) switches.add(name);
    },
  };
  visit(document, visitor, visitorKeys);
  return { pageSizes, tooLarge, longestList, longestAlias, introspection, switches };
}

function switchesOf({ name, arguments: args = [] }: DirectiveNode): string[] {
  if (name.value !== 'skip' && name.value !== 'include') return [];
  return args.flatMap(({ value }) => (value.kind === Kind.VARIABLE ? [value.name.value] : []));
}

/** Names of variables used as page sizes. */
export function pageSizeVariables(document: DocumentNode): string[] {
  const names = analyzeDocument(document).pageSizes.flatMap(({ value }) =>
    value.kind === Kind.VARIABLE ? [value.name.value] : [],
  );
  return [...new Set(names)];
}
