import type { FetchNode } from '@apollo/query-planner';
import { LRUCache } from 'lru-cache';
import { compileRewrites } from '../data/rewrites.js';
import type { TypeConditions } from '../../supergraph/type-conditions.js';
import { RepresentationWriter } from './representation-writer.js';

/** Cache of representation writers, shared by fetches with equal requirements. */
export class RepresentationWriters {
  private readonly writers = new LRUCache<string, RepresentationWriter>({
    max: 1000,
    maxSize: 2 * 1024 * 1024,
    sizeCalculation: (_, key) => key.length + 1,
  });

  constructor(private readonly conditions: TypeConditions) {}

  of({ requires = [], inputRewrites }: Pick<FetchNode, 'requires' | 'inputRewrites'>): RepresentationWriter {
    const key = JSON.stringify([requires, inputRewrites]);
    const cached = this.writers.get(key);
    if (cached) return cached;
    const rewrite = compileRewrites(inputRewrites, this.conditions);
    const representationWriter = new RepresentationWriter(requires, this.conditions, rewrite);
    this.writers.set(key, representationWriter);
    return representationWriter;
  }
}
