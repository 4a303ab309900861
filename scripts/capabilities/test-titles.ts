import ts from 'typescript';

const BLOCKS: ReadonlySet<string> = new Set(['describe', 'it', 'test']);

/** Full names of the blocks of a test file: describe and test titles joined by ` > `, as they stand in the source. */
export function testTitles(source: string): string[] {
  const file = ts.createSourceFile('test.ts', source, ts.ScriptTarget.ES2023, true);
  const titles: string[] = [];
  const visit = (node: ts.Node, outer: readonly string[]): void => {
    const title = ts.isCallExpression(node) && BLOCKS.has(calledName(node)) ? titleOf(node) : undefined;
    const path = title === undefined ? outer : [...outer, title];
    if (title !== undefined) titles.push(path.join(' > '));
    ts.forEachChild(node, (child) => visit(child, path));
  };
  visit(file, []);
  return titles;
}

/** `it` of `it(…)`, `it.each(table)(…)`, `it.skipIf(x)(…)`. */
function calledName(call: ts.CallExpression): string {
  let callee: ts.Node = call.expression;
  while (
    ts.isPropertyAccessExpression(callee) ||
    ts.isCallExpression(callee) ||
    ts.isTaggedTemplateExpression(callee)
  )
    callee = ts.isTaggedTemplateExpression(callee) ? callee.tag : callee.expression;
  return ts.isIdentifier(callee) ? callee.text : '';
}

/** The first argument when it is a text; `${…}` stays as it is written. */
function titleOf({ arguments: [first] }: ts.CallExpression): string | undefined {
  if (first && ts.isStringLiteralLike(first)) return first.text;
  return first && ts.isTemplateExpression(first) ? first.getText().slice(1, -1) : undefined;
}

/** Whether `name` is one of the titles or a part of one; `%s` and `${…}` in a title stand for any text. */
export function hasTitle(titles: readonly string[], name: string): boolean {
  return titles.some((title) => title.includes(name) || pattern(title).test(name));
}

function pattern(title: string): RegExp {
  const parts = title.split(/%[sdifjoO#]|\$\{[^}]*\}|\$[a-z]\w*/i);
  return new RegExp(`^${parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*')}$`);
}
