import { type Place, type PlanPath, entitiesAt, placesAt } from './plan-path.js';
import { type Extract, representationKey } from './representations.js';
import type { Rewrite } from './rewrites.js';
import { type Tree, isTree, merge } from './tree.js';

/** The entities of one fetch: each is asked for once, however many places of the response it stands for. */
export class EntityBatch {
  readonly representations: Tree[] = [];
  private readonly entities: readonly Tree[];
  /** The representation of each entity; -1 for those that are not asked for. */
  private readonly indexes = new Map<Tree, number>();

  constructor(
    private readonly root: Tree,
    private readonly path: PlanPath,
  ) {
    this.entities = entitiesAt(root, path);
  }

  /** Makes the representations. */
  fill(extract: Extract, rewrite: Rewrite | undefined): void {
    const byKey = new Map<string, number>();
    for (const entity of this.entities) {
      if (!this.indexes.has(entity)) this.indexes.set(entity, this.add(entity, { byKey, extract, rewrite }));
    }
  }

  /** Merges what was received for each representation into all entities that it stands for. */
  merge(received: readonly unknown[], rewrite: Rewrite | undefined): void {
    const rewritten = new Set<number>();
    for (const [entity, index] of this.indexes) {
      const answer = received[index];
      if (!isTree(answer)) continue;
      if (!answer['__typename']) answer['__typename'] = entity['__typename'];
      if (rewrite && !rewritten.has(index)) rewrite(answer);
      rewritten.add(index);
      merge(entity, answer);
    }
  }

  /** Every place of the response that a representation stands for. */
  places(index: number): Place[] {
    return placesAt(this.root, this.path).filter((_, i) => {
      const entity = this.entities[i];
      return entity !== undefined && this.indexes.get(entity) === index;
    });
  }

  private add(
    entity: Tree,
    {
      byKey,
      extract,
      rewrite,
    }: { byKey: Map<string, number>; extract: Extract; rewrite: Rewrite | undefined },
  ): number {
    const representation = extract(entity);
    if (!representation?.['__typename']) return -1;
    rewrite?.(representation);
    // The entity's own type, too: a rewrite may have made one of several.
    const key = `${String(entity['__typename'])} ${representationKey(representation)}`;
    const known = byKey.get(key);
    if (known !== undefined) return known;
    byKey.set(key, this.representations.push(representation) - 1);
    return this.representations.length - 1;
  }
}
