import ts from 'typescript';

/** A test in the source. */
export interface TestTitle {
  /** Titles of the enclosing describe blocks and its own, joined by ` > `. */
  readonly path: string;
  /** Whether it never runs: it, or an enclosing block, is a `skip` or `todo`. */
  readonly skipped: boolean;
}

const BLOCKS: ReadonlySet<string> = new Set(['describe', 'it', 'test']);
const SKIPPED: readonly string[] = ['skip', 'todo'];

/** The tests of a test file, without describe blocks. */
export function testTitles(source: string): TestTitle[] {
  const file = ts.createSourceFile('test.ts', source, ts.ScriptTarget.ES2023, true);
  const titles: TestTitle[] = [];
  const visit = (node: ts.Node, outer: { readonly path: readonly string[]; readonly skipped: boolean }) => {
    const block = ts.isCallExpression(node) ? blockOf(node) : undefined;
    const inner = block
      ? { path: [...outer.path, block.title], skipped: outer.skipped || block.skipped }
      : outer;
    if (block && block.kind !== 'describe')
      titles.push({ path: inner.path.join(' > '), skipped: inner.skipped });
    ts.forEachChild(node, (child) => visit(child, inner));
  };
  visit(file, { path: [], skipped: false });
  return titles;
}

/** The block that a call starts; undefined if it starts none, or one without a title. */
function blockOf(call: ts.CallExpression) {
  const words = calledWords(call);
  const [kind = ''] = words;
  const title = titleOf(call);
  if (!BLOCKS.has(kind) || title === undefined) return undefined;
  return { kind, title, skipped: words.some((word) => SKIPPED.includes(word)) };
}

/** `it` of `it(…)`; `it`, `each` of `it.each(table)(…)`; `describe`, `skip` of `describe.skip(…)`. */
function calledWords(call: ts.CallExpression): string[] {
  const words: string[] = [];
  let callee: ts.Node = call.expression;
  while (!ts.isIdentifier(callee)) {
    if (ts.isPropertyAccessExpression(callee)) words.unshift(callee.name.text);
    else if (!ts.isCallExpression(callee) && !ts.isTaggedTemplateExpression(callee)) return [];
    callee = ts.isTaggedTemplateExpression(callee) ? callee.tag : callee.expression;
  }
  return [callee.text, ...words];
}

/** The first argument if it is a string; `${…}` stays as written. */
function titleOf({ arguments: [first] }: ts.CallExpression): string | undefined {
  if (first && ts.isStringLiteralLike(first)) return first.text;
  return first && ts.isTemplateExpression(first) ? first.getText().slice(1, -1) : undefined;
}

/** Finds tests by their title in the source, with as many enclosing titles as needed. */
export function findTests(titles: readonly TestTitle[], name: string): TestTitle[] {
  return titles.filter(({ path }) => path === name || path.endsWith(` > ${name}`));
}
