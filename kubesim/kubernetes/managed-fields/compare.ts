import { sameJson } from '../../../kernel/same-json.js';
import {
  asList,
  asMap,
  type FieldSchema,
  formOf,
  groupItems,
  haveOtherForms,
  isAtomic,
  isBlank,
  namesOf,
  schemaOfField,
} from './field-schema.js';
import { type FieldSet, FieldSetBuilder, union } from './field-set.js';
import { fieldElement } from './path-element.js';

/** The fields that differ between two versions of an object. No field is in more than one of the sets. */
export interface Comparison {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

/** Compares two versions of an object. Throws NoElementError if the entries of a list have no keys. */
export function compare(before: unknown, after: unknown, schema: FieldSchema | undefined): Comparison {
  const walk = new Compare();
  walk.visit({ before, after }, schema);
  return { added: walk.added.set, modified: walk.modified.set, removed: walk.removed.set };
}

/** The added and the modified fields. */
export function changedFields({ added, modified }: Comparison): FieldSet {
  return union(added, modified);
}

/** Two versions of a value; undefined means absent. */
interface Versions {
  readonly before: unknown;
  readonly after: unknown;
}

class Compare {
  readonly added = new FieldSetBuilder();
  readonly modified = new FieldSetBuilder();
  readonly removed = new FieldSetBuilder();
  /** Path of the visited value. */
  private readonly path: string[] = [];

  visit(versions: Versions, schema: FieldSchema | undefined): void {
    const { before, after } = versions;
    if (before === after) return;
    if (!isLeaf(versions, schema)) this.visitInside(versions, schema);
    else if (isModified(versions)) this.modified.insert(this.path);
    if (before === undefined) this.added.insert(this.path);
    if (after === undefined) this.removed.insert(this.path);
  }

  private visitInside(versions: Versions, schema: FieldSchema | undefined): void {
    const { before, after } = versions;
    if (formOf(after ?? before, schema) === 'list') return this.visitItems(versions, schema);
    const [old, next] = [asMap(before), asMap(after)];
    for (const name of namesOf(old, next)) {
      this.path.push(fieldElement(name));
      this.visit({ before: old?.[name], after: next?.[name] }, schemaOfField(schema, name));
      this.path.pop();
    }
  }

  private visitItems({ before, after }: Versions, schema: FieldSchema | undefined): void {
    const old = groupItems(asList(before) ?? [], schema);
    const next = groupItems(asList(after) ?? [], schema);
    for (const element of new Set([...old.keys(), ...next.keys()])) {
      this.path.push(element);
      this.visitItem(old.get(element) ?? [], next.get(element) ?? [], schema?.items);
      this.path.pop();
    }
  }

  /** Compares the entries with the same element. Several of them are one field, like an atomic list. */
  private visitItem(
    old: readonly unknown[],
    next: readonly unknown[],
    schema: FieldSchema | undefined,
  ): void {
    if (old.length > 1 && next.length > 1) {
      if (!sameJson(old, next)) this.modified.insert(this.path);
    } else if (old.length > 1) {
      this.visit({ before: undefined, after: next[0] }, schema);
      this.removed.insert(this.path);
    } else if (next.length > 1) {
      this.visit({ before: old[0], after: undefined }, schema);
      this.added.insert(this.path);
    } else {
      this.visit({ before: old[0], after: next[0] }, schema);
    }
  }
}

function isModified({ before, after }: Versions): boolean {
  return before !== undefined && after !== undefined && !sameJson(before, after);
}

/** Whether the versions are compared as a whole. Two blank ones are, which keeps the difference of empty and null. */
function isLeaf({ before, after }: Versions, schema: FieldSchema | undefined): boolean {
  if (schema?.type === undefined && haveOtherForms(before, after)) return true;
  const form = formOf(after ?? before, schema);
  return isAtomic(form, schema) || (isBlank(before) && isBlank(after));
}
