import { Kind, type NameNode } from 'graphql';

/** A name, as documents have it. */
export function nameNode(value: string): NameNode {
  return { kind: Kind.NAME, value };
}
