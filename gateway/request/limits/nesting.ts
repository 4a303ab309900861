/**
 * Nesting depth of brackets outside of strings and comments. Parsing and later phases recurse as deeply,
 * limited by the call stack.
 */
export function bracketDepth(source: string): number {
  let depth = 0;
  let deepest = 0;
  for (let i = 0; i < source.length; i += 1) {
    switch (source[i]) {
      case '{':
      case '[':
      case '(':
        depth += 1;
        deepest = Math.max(deepest, depth);
        break;
      case '}':
      case ']':
      case ')':
        depth -= 1;
        break;
      case '#':
        i = endOfLine(source, i);
        break;
      case '"':
        i = endOfString(source, i);
        break;
    }
  }
  return deepest;
}

function endOfLine(source: string, start: number): number {
  for (let i = start; i < source.length; i += 1) if (source[i] === '\n' || source[i] === '\r') return i;
  return source.length;
}

/** End of a string; an unterminated string is a syntax error later. */
function endOfString(source: string, start: number): number {
  if (source.startsWith('"""', start)) return endOfBlock(source, start + 3);
  for (let i = start + 1; i < source.length; i += 1) {
    if (source[i] === '\\') i += 1;
    else if (source[i] === '"' || source[i] === '\n' || source[i] === '\r') return i;
  }
  return source.length;
}

/** In a block string only triple quotes can be escaped. */
function endOfBlock(source: string, start: number): number {
  for (let i = start; i < source.length; i += 1) {
    if (source.startsWith('\\"""', i)) i += 3;
    else if (source.startsWith('"""', i)) return i + 2;
  }
  return source.length;
}
